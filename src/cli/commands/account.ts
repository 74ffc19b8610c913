/**
 * Commands that read the account.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import process from "node:process"
import { Account } from "../../account/Account.ts"
import { modelSource } from "../../account/modelSource.ts"
import { readShape } from "../../import/ColumnMapping.ts"
import { Targets } from "../../targets/Targets.ts"
import type { Command } from "../command.ts"
import { exitCodes, Stop, usage } from "../exit.ts"
import { writeNew } from "../newFile.ts"
import { columnsOf, Terminal } from "../terminal.ts"

/** A command that lists what the account has: JSON as NP6 has it, or a table. */
const listing = <A>(
  name: string,
  summary: string,
  read: Effect.Effect<ReadonlyArray<A>, { readonly message: string }, Account>,
  head: ReadonlyArray<string>,
  row: (item: A) => ReadonlyArray<string>,
): Command => ({
  name,
  args: "",
  summary,
  flags: {},
  needsKey: true,
  run: () =>
    Effect.gen(function* () {
      const { isJson, out } = yield* Terminal
      const found = yield* read
      out(isJson ? JSON.stringify(found) : columnsOf([head, ...found.map(row)]))
      return exitCodes.done
    }),
})

const fields = listing(
  "fields",
  "Lists the account's fields: what a column can be.",
  Account.use(({ fields }) => fields),
  ["ID", "NAME", "TYPE", ""],
  ({ id, isMandatory, isUnicity, name, type }) => [
    String(id),
    name,
    type,
    isUnicity ? "tells contacts apart" : isMandatory ? "mandatory" : "",
  ],
)

const segments = listing(
  "segments",
  "Lists the account's segments.",
  Account.use(({ segments }) => segments),
  ["ID", "NAME", "TYPE"],
  ({ id, name, type }) => [String(id), name, type],
)

const model: Command = {
  name: "model",
  args: "",
  summary: "Writes the TypeScript source of a typed model of the account's contacts.",
  flags: { out: { value: "FILE", help: "write into a file, which must not exist" } },
  needsKey: true,
  run: (typed) =>
    Effect.gen(function* () {
      const { note, out } = yield* Terminal
      const source = yield* Effect.fromResult(modelSource(yield* readShape))
      const file = typed.text("out")
      if (file === undefined) out(source.trimEnd())
      else {
        yield* writeNew(file, source, { isPrivate: false })
        note(`${file} is written.`)
      }
      return exitCodes.done
    }),
}

const exportContacts: Command = {
  name: "export",
  args: "",
  summary: "Writes the account's contacts: their ids, dates and what tells them apart.",
  flags: {
    format: { value: "ndjson|csv", help: "ndjson when left out" },
    out: { value: "FILE", help: "write into a file that only you can read; it must not exist" },
  },
  notes:
    "NP6's list may be cut short. What it returned is compared with the account's count before " +
    "and after:\nfewer end with exit code 5.",
  needsKey: true,
  run: (typed) =>
    Effect.gen(function* () {
      const format = typed.text("format") ?? "ndjson"
      if (format !== "ndjson" && format !== "csv") {
        return yield* Effect.fail(usage(`--format is ndjson or csv, and got "${format}".`))
      }
      const { note, out, status } = yield* Terminal
      const account = yield* Account
      const before = yield* account.count
      const unicity = (yield* account.fields).filter(({ isUnicity }) => isUnicity)
      const lines: Array<string> = []
      const file = typed.text("out")
      const write = (line: string): void => file === undefined ? out(line) : void lines.push(line)
      if (format === "csv") {
        write(
          ["id", "created", "updated", ...unicity.map(({ name }) => name)].map(cellOf).join(","),
        )
      }
      let count = 0
      yield* (yield* Targets).stream.pipe(
        Stream.runForEach((target) =>
          Effect.sync(() => {
            if (++count % 1_000 === 0) status(`${count} contacts`)
            const { creationDate, id, lastUpdateDate } = target
            write(
              format === "ndjson"
                ? JSON.stringify({ id, creationDate, lastUpdateDate, fields: target.fields })
                : [id, isoOf(creationDate), isoOf(lastUpdateDate)]
                  .concat(unicity.map((field) => String(target.fields[field.id] ?? "")))
                  .map(cellOf).join(","),
            )
          })
        ),
      )
      if (file !== undefined) {
        yield* writeNew(file, lines.join("\n") + "\n", { isPrivate: true })
      }
      const after = yield* account.count
      const expected = Math.min(before, after)
      if (count < expected) {
        return yield* Effect.fail(
          new Stop(
            exitCodes.guarded,
            `NP6's list has ${count} contacts, and the account ${expected}: the list is cut short.`,
          ),
        )
      }
      note(`${count} contacts.`)
      return exitCodes.done
    }),
}

const isoOf = (date: DateTime.Utc | undefined): string =>
  date === undefined ? "" : DateTime.formatIso(date)

/** A cell of CSV. */
export const cellOf = (text: string): string =>
  /[",;\n\r\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

const doctor: Command = {
  name: "doctor",
  args: "",
  summary: "Checks the runtime, the key, the connection and the account.",
  flags: {},
  needsKey: true,
  run: () =>
    Effect.gen(function* () {
      const { isJson, out } = yield* Terminal
      const account = yield* Account
      const versions: Readonly<Record<string, string | undefined>> = process.versions
      const found = yield* account.fields
      const unicity = found.filter(({ isUnicity }) => isUnicity).map(({ name }) => name)
      const count = yield* account.count
      const facts = {
        runtime: versions["deno"] === undefined
          ? `Node ${versions["node"]}`
          : `Deno ${versions["deno"]}`,
        baseUrl: process.env["NP6_BASE_URL"] ?? "NP6's own",
        proxy: process.env["HTTPS_PROXY"] ?? "none",
        key: "accepted",
        fields: found.length,
        unicity: unicity.length === 0 ? "none: nothing can be imported" : unicity.join(", "),
        contacts: count,
      }
      out(
        isJson
          ? JSON.stringify(facts)
          : columnsOf(Object.entries(facts).map(([name, value]) => [name, String(value)])),
      )
      return exitCodes.done
    }),
}

/** Commands that read the account. */
export const accountCommands: ReadonlyArray<Command> = [
  fields,
  segments,
  model,
  exportContacts,
  doctor,
]
