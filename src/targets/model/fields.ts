/**
 * The fields that are ready to use: what each NP6 type of field reads and writes.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import { Day, isDay } from "../../data/Day.ts"
import { type FieldScalar, FieldValue } from "../../data/Field.ts"
import { FieldId } from "../../data/Ids.ts"
import { formatIso, isYearOne, parseInstant } from "../../data/instant.ts"
import { readDay, readFlag, readInstant, readLabel, readLabels, readNumber } from "../CellText.ts"
import { type Labels, labelsOf, quoted } from "../../data/labels.ts"
import type { Field } from "./Shape.ts"

const isFieldId = Schema.is(FieldId)

/** What the fields of one kind hold, and how the cells of a file are read for them. */
export type Kind<A> = Omit<Field<A>, "id">

/** A field of a model. An id that can't be one throws at once. */
export const makeField = <A, Id extends number>(id: Id, kind: Kind<A>): Field<A, Id> => {
  if (!isFieldId(id)) {
    throw new TypeError("TargetModel: a field id is a positive 32-bit integer")
  }
  return { id, ...kind }
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
 * A schema from two functions. `read` gives `undefined` for a value that it can't read, and `expected`
 * names those that it can.
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
export const text: Kind<string | null> = { schema: Schema.NullOr(Schema.String) }

// Digits with a point: a comma may separate thousands or decimals.
const digits = /^-?\d+(\.\d+)?$/

const numberSchema: Schema.Codec<number | null, FieldValue> = schemaOf(
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

/** A number, in digits too. */
export const number: Kind<number | null> = { schema: numberSchema, readCell: readNumber }

/** Which part of `01/02/2000` is the day. */
export type SlashedDate = "dd/mm/yyyy" | "mm/dd/yyyy"

const slashed = /^(\d\d)\/(\d\d)\/(\d{4})$/

const fromSlashes = (value: FieldValue, order: SlashedDate | undefined): FieldValue => {
  const match = order === undefined || typeof value !== "string" ? null : slashed.exec(value)
  if (match === null) return value
  const [, first, second, year] = match
  return order === "dd/mm/yyyy" ? `${year}-${second}-${first}` : `${year}-${first}-${second}`
}

const expectedDate = (slashes: SlashedDate | undefined): string =>
  `an ISO 8601 date or Unix time${slashes === undefined ? "" : `, or ${slashes}`}`

const noYearOne = "in NP6, year 1 says that there is none"

/** An instant, written as ISO 8601 in UTC. */
export const date = (slashes?: SlashedDate): Kind<DateTime.Utc | null> => ({
  schema: schemaOf(
    Schema.NullOr(Schema.DateTimeUtc.check(
      Schema.makeFilter(({ epochMilliseconds }) => !isYearOne(epochMilliseconds) || noYearOne),
    )),
    expectedDate(slashes),
    (value) => {
      if (isEmpty(value)) return null
      const millis = parseInstant(fromSlashes(value, slashes))
      if (Number.isNaN(millis)) return undefined
      return isYearOne(millis) ? null : DateTime.makeUnsafe(millis)
    },
    (value) => value === null ? null : formatIso(value),
  ),
  readCell: readInstant,
})

const dayLength = 86_400_000

/** Text that shows a day: all but Unix time, and but an instant in UTC. */
const writtenDay = /^\d{4}-\d\d-\d\d(?!.*Z$)/

/** The day that a value shows, in the zone where it is an instant. */
const dayOf = (value: FieldValue, zone: DateTime.TimeZone | undefined): string | undefined => {
  const millis = parseInstant(value)
  if (Number.isNaN(millis)) return undefined
  const written = typeof value === "string" ? writtenDay.exec(value)?.[0] : undefined
  if (written !== undefined) return written
  const instant = DateTime.makeUnsafe(millis)
  // Midnight in UTC is a day, and not an instant: it is how days are written.
  return DateTime.formatIsoDate(
    zone === undefined || millis % dayLength === 0 ? instant : DateTime.setZone(instant, zone),
  )
}

const zoneOf = (timeZone: string): DateTime.TimeZone =>
  Option.getOrThrowWith(
    DateTime.zoneFromString(timeZone),
    () => new TypeError(`TargetModel: there is no time zone ${JSON.stringify(timeZone)}`),
  )

/** A day, written as its midnight in UTC. */
export const day = (slashes?: SlashedDate, timeZone?: string): Kind<Day | null> => {
  const zone = timeZone === undefined ? undefined : zoneOf(timeZone)
  return {
    schema: schemaOf<Day | null>(
      Schema.NullOr(Schema.toType(Day)),
      expectedDate(slashes),
      (value) => {
        if (isEmpty(value)) return null
        const found = dayOf(fromSlashes(value, slashes), zone)
        if (found?.startsWith("0001-")) return null
        return found !== undefined && isDay(found) ? found : undefined
      },
      (value) => value === null ? null : `${value}T00:00:00Z`,
    ),
    readCell: readDay,
  }
}

/** The labels of a field, which NP6 must be able to tell apart. */
const distinctLabels = <L extends FieldScalar>(all: ReadonlyArray<L>): Labels<L> => {
  if (all.some((label) => label === "")) {
    throw new TypeError("TargetModel: a label is empty, and NP6 would take it for no value")
  }
  const labels = labelsOf(all)
  if (labels.isAmbiguous) {
    throw new TypeError(
      "TargetModel: two labels of a field differ in case alone, or not at all, and NP6 doesn't regard case",
    )
  }
  return labels
}

/** One label of a value list. */
export const choice = <L extends string>(all: ReadonlyArray<L>): Kind<L | null> => {
  const labels = distinctLabels(all)
  return {
    schema: schemaOf(
      Schema.NullOr(Schema.Literals(all)),
      `one of ${quoted(all)}`,
      (value) => isEmpty(value) ? null : typeof value === "string" ? labels.find(value) : undefined,
      (value) => value,
    ),
    readCell: (cell) => readLabel(cell, labels),
  }
}

/** Labels of a value list. */
export const choices = <L extends string>(all: ReadonlyArray<L>): Kind<ReadonlyArray<L>> => {
  const labels = distinctLabels(all)
  return {
    schema: schemaOf(
      Schema.Array(Schema.Literals(all)).annotate({
        message: "Expected an array of labels: [] clears the field",
      }),
      `none, one or several of ${quoted(all)}`,
      (value) => {
        const given = isEmpty(value) ? [] : [value].flat()
        const found = given.map((one) => typeof one === "string" ? labels.find(one) : undefined)
          .filter((one) => one !== undefined)
        return found.length === given.length ? found : undefined
      },
      (value) => value,
    ),
    readCell: (cell, options) => readLabels(cell, labels, options),
  }
}

/** A flag, kept as one of two values. */
export const flag = (
  { yes, no }: { readonly yes: FieldScalar; readonly no: FieldScalar },
): Kind<boolean | null> => {
  const labels = distinctLabels([yes, no])
  return {
    schema: schemaOf(
      Schema.NullOr(Schema.Boolean),
      `one of ${quoted(labels.all)}`,
      (value) => {
        if (isEmpty(value)) return null
        const found = typeof value === "object" ? undefined : labels.find(value)
        return found === undefined ? undefined : found === yes
      },
      (value) => value === null ? null : value ? yes : no,
    ),
    readCell: (cell, options) => readFlag(cell, labels, options),
  }
}
