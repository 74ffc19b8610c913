/**
 * The fields that are ready to use: what each NP6 type of field reads and writes.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import { type FieldScalar, FieldValue } from "../../data/Field.ts"
import { FieldId } from "../../data/Ids.ts"
import type { Field } from "./Shape.ts"
import { formatIso, isYearOne, parseInstant } from "../../data/instant.ts"

const isFieldId = Schema.is(FieldId)

/** A field of a model, refused at once when its id can't be one. */
export const makeField = <A, Id extends number>(
  id: Id,
  schema: Schema.Codec<A, FieldValue>,
): Field<A, Id> => {
  if (!isFieldId(id)) {
    throw new TypeError("TargetModel: a field id is a positive 32-bit integer")
  }
  return { id, schema }
}

/** The type of a field whose schema decodes `E` to `A`. */
export type OrNull<A, E> = null extends E ? A : A | null

/** Adds `null` to a schema, unless the schema itself says what `null` means. */
export const orNull = <A, E extends FieldValue>(
  schema: Schema.Codec<A, E>,
): Schema.Codec<OrNull<A, E>, FieldValue> => {
  const complete = Schema.is(Schema.toEncoded(schema))(null) ? schema : Schema.NullOr(schema)
  // The condition of the type is the one above: E has null where the encoded side accepts it.
  return complete as Schema.Codec<OrNull<A, E>, FieldValue>
}

/** What NP6 may write where a field that isn't text has no value. */
const isEmpty = (value: FieldValue): boolean => value === null || value === ""

/**
 * A schema from two functions. `read` gives `undefined` for a value that it can't tell the meaning
 * of, and `expected` says what it can.
 */
const schemaOf = <A>(
  type: Schema.Codec<A>,
  expected: string,
  read: (value: FieldValue) => A | undefined,
  write: (value: A) => FieldValue,
): Schema.Codec<A, FieldValue> =>
  FieldValue.pipe(
    Schema.decodeTo(type, {
      decode: SchemaGetter.transformEffect((value: FieldValue) => {
        const decoded = read(value)
        return decoded === undefined
          ? Effect.fail(new SchemaIssue.InvalidValue({ message: `Expected ${expected}` }))
          : Effect.succeed(decoded)
      }),
      encode: SchemaGetter.transform(write),
    }),
  )

/** Text, as it is. */
export const text: Schema.Codec<string | null> = Schema.NullOr(Schema.String)

// Digits with a point: a comma may separate thousands or decimals.
const digits = /^-?\d+(\.\d+)?$/

/** A number, in digits too. */
export const number: Schema.Codec<number | null, FieldValue> = schemaOf(
  Schema.NullOr(Schema.Finite.check(
    Schema.makeFilter((value) =>
      !Number.isInteger(value) || Number.isSafeInteger(value) ||
      "a number beyond ±2^53 has lost digits"
    ),
  )),
  "a number",
  (value) =>
    isEmpty(value)
      ? null
      : typeof value === "number"
      ? value
      : typeof value === "string" && digits.test(value)
      ? Number(value)
      : undefined,
  (value) => value,
)

/** Which part of `01/02/2000` is the day. */
export type SlashedDate = "dd/mm/yyyy" | "mm/dd/yyyy"

const slashed = /^(\d\d)\/(\d\d)\/(\d{4})$/

const fromSlashes = (value: FieldValue, order: SlashedDate | undefined): FieldValue => {
  const match = order === undefined || typeof value !== "string" ? null : slashed.exec(value)
  if (match === null) return value
  const [, first, second, year] = match
  return order === "dd/mm/yyyy" ? `${year}-${second}-${first}` : `${year}-${first}-${second}`
}

const isYearOneDate = (date: DateTime.Utc): boolean => isYearOne(date.epochMilliseconds)

/** An instant, written as ISO 8601 in UTC. */
export const date = (slashes?: SlashedDate): Schema.Codec<DateTime.Utc | null, FieldValue> =>
  schemaOf(
    Schema.NullOr(Schema.DateTimeUtc.check(
      Schema.makeFilter((value) =>
        !isYearOneDate(value) || "in NP6, year 1 says that there is none"
      ),
    )),
    `an ISO 8601 date or Unix time${slashes === undefined ? "" : `, or ${slashes}`}`,
    (value) => {
      if (isEmpty(value)) return null
      const millis = parseInstant(fromSlashes(value, slashes))
      if (Number.isNaN(millis)) return undefined
      return isYearOne(millis) ? null : DateTime.makeUnsafe(millis)
    },
    (value) => value === null ? null : formatIso(value),
  )

const fold = (value: FieldScalar): string => String(value).toLowerCase()

/** Finds the labels of a value list without regard to case, as NP6 does. */
const finder = <L extends FieldScalar>(
  labels: ReadonlyArray<L>,
): (value: FieldScalar) => L | undefined => {
  if (labels.some((label) => label === "")) {
    throw new TypeError("TargetModel: a label is empty, and NP6 would take it for no value")
  }
  const byFold = new Map(labels.map((label) => [fold(label), label]))
  if (byFold.size < labels.length) {
    throw new TypeError(
      "TargetModel: two labels of a field differ in case alone, or not at all, and NP6 doesn't regard case",
    )
  }
  return (value) => byFold.get(fold(value))
}

const listed = (labels: ReadonlyArray<FieldScalar>): string =>
  labels.map((l) => `"${l}"`).join(", ")

/** One label of a value list. */
export const choice = <L extends string>(
  labels: ReadonlyArray<L>,
): Schema.Codec<L | null, FieldValue> => {
  const find = finder(labels)
  return schemaOf(
    Schema.NullOr(Schema.Literals(labels)),
    `one of ${listed(labels)}`,
    (value) => isEmpty(value) ? null : typeof value === "string" ? find(value) : undefined,
    (value) => value,
  )
}

/** Labels of a value list. */
export const choices = <L extends string>(
  labels: ReadonlyArray<L>,
): Schema.Codec<ReadonlyArray<L>, FieldValue> => {
  const find = finder(labels)
  return schemaOf(
    Schema.Array(Schema.Literals(labels)).annotate({
      message: "Expected an array of labels: [] clears the field",
    }),
    `none, one or several of ${listed(labels)}`,
    (value) => {
      const given = isEmpty(value) ? [] : [value].flat()
      const found = given.map((one) => typeof one === "string" ? find(one) : undefined)
        .filter((one) => one !== undefined)
      return found.length === given.length ? found : undefined
    },
    (value) => value,
  )
}

/** A flag, kept as one of two values. */
export const flag = (
  values: { readonly yes: FieldScalar; readonly no: FieldScalar },
): Schema.Codec<boolean | null, FieldValue> => {
  const both = [values.yes, values.no]
  const find = finder(both)
  return schemaOf(
    Schema.NullOr(Schema.Boolean),
    `one of ${listed(both)}`,
    (value) => {
      if (isEmpty(value)) return null
      const found = typeof value === "object" ? undefined : find(value)
      return found === undefined ? undefined : found === values.yes
    },
    (value) => value === null ? null : value ? values.yes : values.no,
  )
}
