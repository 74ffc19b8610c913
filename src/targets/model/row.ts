/**
 * Rows of a file, read to the values of a model: each cell by its field, each problem under its column.
 *
 * @module
 */
import * as Result from "effect/Result"
import { guard } from "../../data/guard.ts"
import { suggest } from "../../data/suggest.ts"
import { checkUnicity } from "../arguments.ts"
import {
  type AnyValues,
  type Column,
  type Columns,
  type Converted,
  criterionProblem,
  isRecord,
  type ModelColumns,
} from "./column.ts"
import { InvalidRow, type RowProblem } from "./InvalidRow.ts"
import type { RowOptions } from "./Shape.ts"

type Problems = ReadonlyArray<RowProblem>

/** Makes the reader of a model's rows. */
export const makeRowReader =
  ({ names, keys }: ModelColumns) =>
  (row: unknown, options: RowOptions = {}): Result.Result<AnyValues, InvalidRow> =>
    Result.mapError(
      guard<AnyValues, Problems>(
        () => readRow(names, keys, row, options),
        [{ column: "row", problem: "it can't be read" }],
      ),
      (problems) => new InvalidRow({ problems }),
    )

const readRow = (
  names: Columns,
  keys: Columns,
  row: unknown,
  options: RowOptions,
): Result.Result<AnyValues, Problems> => {
  if (!isRecord(row)) {
    return Result.fail([{ column: "row", problem: "it is not a map of column to text" }])
  }
  const { columns = {}, empty = "keep", ignoreUnknown = false } = options
  const problems: Array<RowProblem> = []
  const values = new Map<string, unknown>()
  const headers = new Map<Column, string>()
  for (const [at, [key, cell]] of Object.entries(row).entries()) {
    // A byte order mark before the first header is cut off as well.
    const header = key.trim()
    const column = names.get((Object.hasOwn(columns, header) ? columns[header] : header) ?? header)
    if (column === undefined) {
      // By its place: in a file without headers, the keys are a person's values.
      if (!ignoreUnknown) {
        problems.push({ column: `column ${at + 1}`, problem: unknown(key, names) })
      }
      continue
    }
    const isRepeated = headers.has(column)
    headers.set(column, header)
    const value = isRepeated
      ? Result.fail(`another column is for ${column.name}, too`)
      : readCell(column, cell, options, keys.has(column.name) ? "criterion" : empty)
    if (Result.isFailure(value)) problems.push({ column: header, problem: value.failure })
    else if (value.success !== undefined) values.set(column.name, value.success)
  }
  for (const column of keys.values()) {
    if (headers.has(column)) continue
    problems.push({ column: headerOf(column, columns), problem: missing })
  }
  // Not assignments, which would take a name like `__proto__` for something else.
  return problems.length > 0 ? Result.fail(problems) : Result.succeed(Object.fromEntries(values))
}

const missing = "it is missing, and it tells the target from all others"

const headerOf = ({ name }: Column, columns: { readonly [header: string]: string }): string =>
  Object.keys(columns).find((header) => columns[header] === name) ?? name

const unknown = (key: string, names: Columns): string => {
  const meant = suggest(key, names.keys())
  const hint = meant === undefined ? "" : `: did you mean "${meant}"?`
  return `no field of the model has this name${hint}`
}

/** The value of a cell, `undefined` where it leaves its field as it is. */
const readCell = (
  column: Column,
  cell: unknown,
  options: RowOptions,
  ifEmpty: "keep" | "clear" | "criterion",
): Converted<unknown> => {
  if (cell !== undefined && typeof cell !== "string") return Result.fail("it is not text")
  const text = cell?.trim() ?? ""
  if (text !== "") {
    return Result.flatMap(
      column.readCell(text, options),
      (value) => checkValue(column, value, ifEmpty === "criterion"),
    )
  }
  if (ifEmpty === "criterion") return Result.fail(missing)
  return cell === undefined || ifEmpty === "keep" ? Result.succeed(undefined) : column.decode(null)
}

/** Whether a value can be sent: what `encode` would refuse later is a problem of its column now. */
const checkValue = (column: Column, value: unknown, isCriterion: boolean): Converted<unknown> =>
  Result.flatMap(column.encode(value), (encoded) => {
    if (!isCriterion) return Result.succeed(value)
    const problem = criterionProblem(encoded)
    if (problem !== undefined) return Result.fail(problem)
    return checkUnicity("unicity", String(encoded)).pipe(
      Result.mapBoth({ onSuccess: () => value, onFailure: ({ problem }) => problem }),
    )
  })
