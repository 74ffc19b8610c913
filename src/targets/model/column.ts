/**
 * One field of a model at work: its schema run both ways, and its cells read. No problem that it
 * reports holds the value.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { FieldValue } from "../../data/Field.ts"
import { guard } from "../../data/guard.ts"
import { firstProblem } from "../../data/problem.ts"
import { scrub } from "../../http/scrub.ts"
import { copyFieldValue } from "../arguments.ts"
import { type CellOptions, checkCell, readNumber } from "../CellText.ts"
import type { Field } from "./Shape.ts"

/** A converted value, or what is wrong with it in words that can be shown. */
export type Converted<A> = Result.Result<A, string>

/** A named field. */
export interface Column {
  /** Its name in the model. */
  readonly name: string
  /** Its id in the account. */
  readonly id: number
  /** From what NP6 sends. */
  readonly decode: (value: FieldValue) => Converted<unknown>
  /** To what NP6 takes: a copy of its own. */
  readonly encode: (value: unknown) => Converted<FieldValue>
  /** From a trimmed cell of a file, which isn't empty. */
  readonly readCell: (cell: string, options: CellOptions) => Converted<unknown>
}

/** The fields of a model by name. */
export interface AnyFields {
  readonly [name: string]: Field<unknown>
}

/** Values by name, of any model. */
export interface AnyValues {
  readonly [name: string]: unknown
}

/** Columns by their names. */
export type Columns = ReadonlyMap<string, Column>

/** The columns of a model: all of them, and those of the unicity in the account's order. */
export interface ModelColumns {
  readonly names: Columns
  readonly keys: Columns
}

/** Whether something can have values by name. */
export const isRecord = (value: unknown): value is AnyValues =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Why a value can't be a criterion of the unicity, if it can't. */
export const criterionProblem = (value: FieldValue | undefined): string | undefined =>
  value === undefined || value === null
    ? "it is missing, and it tells the target from all others"
    : typeof value === "object"
    ? "a list can't tell a target from all others"
    : undefined

const refused = "its schema refuses it"

/** The texts of a value and of its parts, any of which a schema's message may quote. */
const textsOf = (value: unknown): ReadonlyArray<string> =>
  typeof value === "object" && value !== null
    ? [String(JSON.stringify(value)), ...Object.values(value).flatMap(textsOf)]
    : [String(value)]

const withoutValue = (problem: string, value: unknown): string => {
  // The word null is the schema's own, and says nothing of a person.
  if (value === null) return problem
  const shown = guard(
    // JSON has no text for a function, and then no text is returned.
    () => Result.succeed(scrub(problem, [String(value), ...textsOf(value)])),
    "it can't be written as text, so there is no telling what to look for",
  )
  return Result.getOrElse(shown, () => "") || refused
}

const converter =
  <A>(convert: (value: unknown) => Result.Result<A, Schema.SchemaError>) =>
  (value: unknown): Converted<A> =>
    // A response that was read, or a run over a million rows, isn't lost to a mistake in a schema.
    guard(
      () =>
        Result.mapError(
          convert(value),
          (error) => withoutValue(firstProblem(error.issue).problem, value),
        ),
      "its schema threw, or isn't synchronous",
    )

/** Puts the fields of a model to work. The unicity is among their names. */
export const makeColumns = (fields: AnyFields, unicity: ReadonlyArray<string>): ModelColumns => {
  const names = new Map(
    Object.entries(fields).map(([name, field]) => [name, makeColumn(name, field)] as const),
  )
  const keys = new Map(
    unicity.flatMap((name) => {
      const column = names.get(name)
      return column === undefined ? [] : [[name, column] as const]
    }),
  )
  return { names, keys }
}

const makeColumn = (name: string, { id, schema, readCell }: Field<unknown>): Column => {
  const encode = converter(Schema.encodeUnknownResult(schema))
  const decode = converter(Schema.decodeUnknownResult(schema))
  // A schema of the caller's own reads what NP6 holds: text, or the number that the text writes.
  const bySchema = (cell: string, options: CellOptions): Converted<unknown> => {
    const fromText = decode(cell)
    if (Result.isSuccess(fromText)) return fromText
    const fromNumber = Result.flatMap(readNumber(cell, options), decode)
    return Result.isSuccess(fromNumber) ? fromNumber : fromText
  }
  const read = readCell ?? bySchema
  return {
    name,
    id,
    decode,
    encode: (value) => Result.flatMap(encode(value), copyFieldValue),
    readCell: (cell, options) =>
      guard(
        () => Result.flatMap(checkCell(cell), (cell) => read(cell, options)),
        "what reads its cells threw",
      ),
  }
}
