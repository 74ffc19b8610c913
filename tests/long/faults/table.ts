/**
 * The matrix as Markdown.
 *
 * @module
 */
import type { Cell } from "./cell.ts"
import type { Fault, Runtime } from "./faults.ts"
import { expect, type Expected } from "./rules.ts"

/** A cell and what it came to. */
export interface Filled {
  readonly cell: Cell
  readonly came: Expected
}

/** What a call came to, in few words. */
export const words = ({ applied, attempts, outcome, requests }: Expected): string => {
  // Of two names, the second says it: `TransportError/Reset` and `Reset`.
  const name = outcome.startsWith("Conflict/") ? "Conflict" : outcome.replace(/^.*\//, "")
  const repeated = requests > attempts ? ` (${requests} requests)` : ""
  return outcome === "value"
    ? `✓ ${attempts}${repeated}`
    : `${name} ${applied} ${attempts}${repeated}`
}

const unique = (items: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(items)]

/** Brings together what has the same key, in order of appearance. */
const groupBy = <A, K extends string>(
  items: ReadonlyArray<A>,
  keyOf: (item: A) => K,
): ReadonlyArray<readonly [key: K, group: ReadonlyArray<A>]> => [
  ...Map.groupBy(items, keyOf),
]

/** Names in one, by what they share: `301 to a` and `302 to a` are `301, 302 to a`. */
export const joinNames = (names: ReadonlyArray<string>): string => {
  const parts = names.map((name) => /^(\d{3}),? (.*)$/.exec(name))
  if (names.length < 2 || parts.includes(null)) return names.join("; ")
  const of = (index: number) => unique(parts.map((part) => part?.[index] ?? ""))
  const [first, second] = [of(1), of(2)]
  return first.length * second.length === names.length
    ? `${first.join(", ")}: ${second.join("; ")}`
    : names.join("; ")
}

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const [head = [], ...body] = rows
  const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n")
}

/** One table: a row for each fault, a column for each operation, those that are alike in one. */
const grid = (filled: ReadonlyArray<Filled>): string => {
  const at = new Map(
    filled.map(({ came, cell }) => [`${cell.fault.name}\n${cell.operation.name}`, words(came)]),
  )
  const names = (of: (cell: Cell) => string) => unique(filled.map(({ cell }) => of(cell)))
  const faults = names((cell) => cell.fault.name)
  const operations = names((cell) => cell.operation.name)
  const text = (fault: string, operation: string) => at.get(`${fault}\n${operation}`) ?? ""
  const columns = groupBy(
    operations,
    (operation) => faults.map((fault) => text(fault, operation)).join("\n"),
  ).map(([, alike]) => alike)
  const rows = groupBy(
    faults,
    (fault) => operations.map((operation) => text(fault, operation)).join("\n"),
  ).map(([, alike]) => alike)
  const shown = (alike: ReadonlyArray<string>) =>
    alike.length === operations.length ? "every operation" : alike.join(", ")
  return table([
    ["", ...columns.map(shown)],
    ...rows.map((alike) => [
      joinNames(alike),
      ...columns.map(([operation = ""]) => text(alike[0] ?? "", operation)),
    ]),
  ])
}

const headings: Readonly<Record<Fault["kind"], string>> = {
  connection: "The connection",
  body: "The body of the answer, which is 200 where nothing else is said",
  size: "Answers made to fill the memory",
  redirect: "Redirects",
  status: "Statuses",
  "Retry-After": "Retry-After",
}

const titles: Readonly<Record<Cell["strikes"], string>> = {
  "always": "Every request is struck:",
  "once": "Only the first request is struck:",
  "once, then 403": "Only the first request is struck, and the next is refused:",
}

/** The tables, of what came over fresh connections. */
export const grids = (filled: ReadonlyArray<Filled>): string => {
  const fresh = filled.filter(({ cell }) => cell.connection === "fresh" && cell.client === "own")
  return groupBy(fresh, ({ cell }) => cell.fault.kind).map(([kind, ofKind]) => {
    const tables = groupBy(ofKind, ({ cell }) => cell.strikes)
      .map(([strikes, struck]) => ({ title: titles[strikes], grid: grid(struck) }))
    // Where nothing is tried again, all of them are one.
    const isOne = unique(tables.map((table) => table.grid)).length === 1
    const shown = isOne ? [{ title: "", grid: tables[0]?.grid ?? "" }] : tables
    return [
      `## ${headings[kind]}`,
      ...shown.flatMap(({ grid, title }) => title === "" ? [grid] : [title, grid]),
    ].join("\n\n")
  }).join("\n\n")
}

/** Where a runtime or a used connection makes a difference, by the rules that every run checks. */
export const exceptions = (cells: ReadonlyArray<Cell>): string => {
  const runtimes: ReadonlyArray<Runtime> = ["Deno", "Node"]
  const names = unique(cells.map(({ operation }) => operation.name))
  // Whose client it is makes none.
  const differing = cells.filter(({ client }) => client === "own").flatMap((cell) => {
    const { connection, fault, operation, strikes } = cell
    const came = runtimes.map((runtime) => words(expect(runtime, operation, fault, cell)))
    // Where nobody else repeats anything.
    const usual = words(expect("Deno", operation, fault, { ...cell, connection: "fresh" }))
    return came.every((one) => one === usual)
      ? []
      : [{ connection, fault: fault.name, operation: operation.name, strikes, came }]
  })
  type Differing = (typeof differing)[number]
  /** Brings together what differs in one thing only. */
  const merge = (
    rows: ReadonlyArray<Differing>,
    key: "connection" | "fault" | "operation",
    join: (merged: ReadonlyArray<string>) => string,
  ): ReadonlyArray<Differing> =>
    groupBy(rows, (row) => JSON.stringify({ ...row, [key]: "" })).flatMap(([, alike]) =>
      alike.slice(0, 1).map((row) => ({ ...row, [key]: join(alike.map((one) => one[key])) }))
    )
  const byOperation = merge(
    differing,
    "operation",
    (some) => some.length === names.length ? "every operation" : some.join(", "),
  )
  const byConnection = merge(byOperation, "connection", (some) => some.join(" or "))
  const rows = merge(byConnection, "fault", joinNames)
  return table([
    ["fault", "strikes", "connection", "operations", ...runtimes],
    ...rows.map(({ came, connection, fault, operation, strikes }) => [
      fault,
      strikes,
      connection,
      operation,
      ...came,
    ]),
  ])
}
