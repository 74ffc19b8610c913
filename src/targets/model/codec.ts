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
import type { EncodedTarget, Field, TypedTarget } from "./Shape.ts"
import type { Refusal } from "../../http/request.ts"
import { type Column, makeColumn } from "./column.ts"
import { UndecodedField } from "./undecoded.ts"

/** The fields of a model by name. */
export interface AnyFields {
  readonly [name: string]: Field<unknown>
}

/** Values by name, of whatever model. */
export interface AnyValues {
  readonly [name: string]: unknown
}

/** The two halves of a model, whatever its types. */
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

type Names = ReadonlyMap<string, Column>
type Encoded = ReadonlyMap<Column, FieldValue>
type Checked<A> = Result.Result<A, Refusal>

/** Refuses an argument. */
export const refuse = (input: string, problem: string): Checked<never> =>
  Result.fail({ input, problem })

const isRecord = (value: unknown): value is AnyValues =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const encodeEach = (input: string, names: Names, values: unknown): Checked<Encoded> => {
  if (!isRecord(values)) return refuse(input, "it is not a map of names to values")
  const encoded = new Map<Column, FieldValue>()
  for (const [name, value] of Object.entries(values)) {
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
const pick = (names: Names, values: AnyValues): AnyValues =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)))

const criterionProblem = (value: FieldValue | undefined): string | undefined =>
  value === undefined || value === null
    ? "it is missing, and it tells the target from all others"
    : typeof value === "object"
    ? "a list can't tell a target from all others"
    : undefined

const criteria = (input: string, keys: Names, encoded: Encoded): Checked<ReadonlyArray<string>> => {
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

/** Checks an argument, and refuses one that can't be read at all: a getter or a proxy threw. */
export const checking = <A>(
  operation: Operation,
  input: string,
  check: () => Checked<A>,
): Result.Result<A, InvalidInput> =>
  Result.mapError(
    attempt(input, check),
    (refusal) => new InvalidInput({ operation, applied: "no", attempts: 0, ...refusal }),
  )

const attempt = <A>(input: string, check: () => Checked<A>): Checked<A> => {
  try {
    return check()
  } catch {
    return refuse(input, "it can't be read")
  }
}

const makeEncoders = (names: Names, keys: Names): Omit<AnyCodec, "decode"> => ({
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
const makeDecoder = (names: Names): AnyCodec["decode"] => {
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

/** The two halves of a model with these fields and this unicity, which is among the fields. */
export const makeCodec = (fields: AnyFields, unicity: ReadonlyArray<string>): AnyCodec => {
  const columns = Object.entries(fields).map(([name, field]) => makeColumn(name, field))
  const names: Names = new Map(columns.map((column) => [column.name, column]))
  // In the account's order, which the unicity is sent in.
  const keys: Names = new Map(
    unicity.flatMap((name) => columns.filter((column) => column.name === name))
      .map((column) => [column.name, column]),
  )
  return { ...makeEncoders(names, keys), decode: makeDecoder(names) }
}
