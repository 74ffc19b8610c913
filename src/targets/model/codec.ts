/**
 * The two pure halves of a model: from names and values to field ids and values, and back.
 *
 * In here a model's types are forgotten; they are put back where the model is made.
 *
 * @module
 */
import * as Result from "effect/Result"
import { InvalidInput } from "../../client/Errors.ts"
import type { FieldValue, FieldValues } from "../../data/Field.ts"
import type { Operation } from "../../data/Operation.ts"
import type { Target } from "../../data/Target.ts"
import type { EncodedTarget, TypedTarget } from "./Shape.ts"
import { guard } from "../../data/guard.ts"
import type { Checked } from "../../http/request.ts"
import {
  type AnyValues,
  type Column,
  type Columns,
  criterionProblem,
  isRecord,
  type ModelColumns,
} from "./column.ts"
import { UndecodedField } from "./UndecodedField.ts"

/** The two halves of a model of any types. */
export interface AnyCodec {
  readonly encode: (
    values: AnyValues,
    operation?: Operation,
  ) => Result.Result<EncodedTarget, InvalidInput>
  readonly encodeValues: (
    values: AnyValues,
    operation?: Operation,
  ) => Result.Result<FieldValues, InvalidInput>
  readonly encodeUnicity: (
    unicity: unknown,
    operation?: Operation,
    input?: string,
  ) => Result.Result<ReadonlyArray<string>, InvalidInput>
  readonly decode: (target: Target) => TypedTarget<AnyValues>
}

type Encoded = ReadonlyMap<Column, FieldValue>

const refuse = (input: string, problem: string): Checked<never> => Result.fail({ input, problem })

const encodeEach = (input: string, names: Columns, values: unknown): Checked<Encoded> => {
  if (!isRecord(values)) return refuse(input, "it is not a map of names to values")
  const encoded = new Map<Column, FieldValue>()
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const column = names.get(name)
    if (column === undefined) {
      // The name isn't repeated: where a map is turned round by mistake, it is a person's value.
      return refuse(input, `it has a name that isn't one of ${[...names.keys()].join(", ")}`)
    }
    const result = column.encode(value)
    if (Result.isFailure(result)) return refuse(`${input}.${name}`, result.failure)
    encoded.set(column, result.success)
  }
  return Result.succeed(encoded)
}

// Whatever holds a unicity can stand for it: a contact's values, a row of a file.
const pick = (names: Columns, values: AnyValues): AnyValues =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)))

const criteria = (
  input: string,
  keys: Columns,
  encoded: Encoded,
): Checked<ReadonlyArray<string>> => {
  const values: Array<string> = []
  for (const column of keys.values()) {
    const value = encoded.get(column)
    const problem = criterionProblem(value)
    if (problem !== undefined) return refuse(`${input}.${column.name}`, problem)
    values.push(String(value))
  }
  return Result.succeed(values)
}

const fieldValues = (encoded: Encoded): FieldValues =>
  Object.fromEntries([...encoded].map(([column, value]) => [column.id, value]))

/** Checks an argument. One whose getter or proxy throws is refused like any other. */
export const checking = <A>(
  operation: Operation,
  input: string,
  check: () => Checked<A>,
): Result.Result<A, InvalidInput> =>
  Result.mapError(
    guard(check, { input, problem: "it can't be read" }),
    (refusal) => new InvalidInput({ operation, applied: "no", attempts: 0, ...refusal }),
  )

const makeEncoders = (names: Columns, keys: Columns): Omit<AnyCodec, "decode"> => ({
  encode: (values, operation = "targets.upsert") =>
    checking(operation, "values", () =>
      encodeEach("values", names, values).pipe(
        Result.flatMap((encoded) =>
          Result.map(criteria("values", keys, encoded), (unicity): EncodedTarget => ({
            unicity,
            values: fieldValues(encoded),
          }))
        ),
      )),
  encodeValues: (values, operation = "targets.update") =>
    checking(
      operation,
      "values",
      () => Result.map(encodeEach("values", names, values), fieldValues),
    ),
  encodeUnicity: (unicity, operation = "targets.getByUnicity", input = "unicity") =>
    checking(
      operation,
      input,
      () =>
        encodeEach(input, keys, isRecord(unicity) ? pick(keys, unicity) : unicity).pipe(
          Result.flatMap((encoded) => criteria(input, keys, encoded)),
        ),
    ),
})

// Each value that NP6 sent is decoded, or kept as it came.
const makeDecoder = (names: Columns): AnyCodec["decode"] => {
  const byId = new Map([...names.values()].map((column) => [String(column.id), column]))
  return ({ fields, ...rest }) => {
    const values: Array<readonly [name: string, value: unknown]> = []
    const unknown: Array<readonly [id: string, value: FieldValue]> = []
    const undecoded: Array<UndecodedField> = []
    for (const entry of Object.entries(fields)) {
      const column = byId.get(entry[0])
      if (column === undefined) {
        unknown.push(entry)
        continue
      }
      const result = column.decode(entry[1])
      if (Result.isSuccess(result)) {
        values.push([column.name, result.success])
      } else {
        unknown.push(entry)
        undecoded.push(
          new UndecodedField({
            target: rest.id,
            field: column.name,
            fieldId: column.id,
            problem: result.failure,
          }),
        )
      }
    }
    return {
      ...rest,
      // Not assignments, which would take a name like `__proto__` for something else.
      values: Object.fromEntries(values),
      unknown: Object.fromEntries(unknown),
      undecoded,
    }
  }
}

/** The two halves of a model. */
export const makeCodec = ({ names, keys }: ModelColumns): AnyCodec => ({
  ...makeEncoders(names, keys),
  decode: makeDecoder(names),
})
