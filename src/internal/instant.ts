/**
 * NP6's instants: every form seen on the wire, read to epoch milliseconds.
 *
 * A general ISO parser costs three times this pattern and `Date.parse`, and a list holds two dates a
 * target.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"

/** An instant as NP6 writes it. */
export type InstantEncoded = string | number

const isoPattern =
  /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|([+-]\d\d):?(\d\d))?)?$/
const numberPattern = /^-?\d{1,17}(?:\.\d{1,9})?$/

const maxEpochMillis = 8.64e15
// From here on a bare number is milliseconds: as seconds it would be the year 5138.
const firstMillis = 1e11
const yearOneStart = -62_135_596_800_000
const yearOneEnd = -62_104_060_800_000

const fromNumber = (value: number): number =>
  Math.round(Math.abs(value) < firstMillis ? value * 1000 : value)

const fromIso = (text: string): number => {
  const match = isoPattern.exec(text)
  if (match === null) return NaN
  const [, year, month, day, time, hours, minutes] = match
  // Date.parse rolls the 30th of February over into March.
  if (Number(day) > daysOf(Number(year), Number(month))) return NaN
  const date = `${year}-${month}-${day}`
  // A date-time without an offset is UTC here, and local time for Date.parse.
  const offset = hours === undefined ? "Z" : `${hours}:${minutes}`
  return Date.parse(time === undefined ? date : `${date}T${time}${offset}`)
}

const daysOf = (year: number, month: number): number =>
  new Date(Date.UTC(2000 + year % 400, month, 0)).getUTCDate()

/**
 * Epoch milliseconds of an instant on the wire: Unix seconds or milliseconds, in a number or a
 * string, or ISO 8601 (UTC where it names no offset). `NaN` when it is none of these.
 */
export const parseInstant = (value: unknown): number => {
  const millis = typeof value === "number"
    ? fromNumber(value)
    : typeof value === "string"
    ? numberPattern.test(value) ? fromNumber(Number(value)) : fromIso(value)
    : NaN
  return Math.abs(millis) <= maxEpochMillis ? millis : NaN
}

/** Whether an instant says "no date": .NET's default is the first instant of year 1. */
export const isYearOne = (millis: number): boolean => millis >= yearOneStart && millis < yearOneEnd

/** ISO 8601 in UTC, without a fraction where there is none, as NP6 writes its dates. */
export const formatIso = (instant: DateTime.Utc): string =>
  DateTime.formatIso(instant).replace(".000Z", "Z")

/** Unix seconds in a string, as NP6 writes its timestamps; ISO where whole seconds would lose some. */
export const formatSeconds = (instant: DateTime.Utc): string => {
  const seconds = instant.epochMilliseconds / 1000
  return Number.isInteger(seconds) && Math.abs(seconds) < firstMillis
    ? String(seconds)
    : formatIso(instant)
}

/** A field that holds an instant, or none: absent, `null`, empty or in year 1. */
export type OptionalInstant = Schema.decodeTo<
  Schema.optionalKey<Schema.DateTimeUtc>,
  Schema.optionalKey<Schema.NullOr<Schema.Union<readonly [Schema.String, Schema.Number]>>>
>

const wireInstant = Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Number])))

const absent = Effect.succeed(Option.none<DateTime.Utc>())

const decodeOptional = SchemaGetter.transformOptionalEffect(
  (input: Option.Option<InstantEncoded | null>) => {
    if (Option.isNone(input) || input.value === null || input.value === "") return absent
    const millis = parseInstant(input.value)
    if (Number.isNaN(millis)) {
      return Effect.fail(
        new SchemaIssue.InvalidValue({
          message: "Expected Unix seconds, milliseconds or an ISO 8601 date",
        }),
      )
    }
    return isYearOne(millis) ? absent : Effect.succeed(Option.some(DateTime.makeUnsafe(millis)))
  },
)

const optionalInstant = (format: (instant: DateTime.Utc) => string): OptionalInstant =>
  wireInstant.pipe(Schema.decodeTo(Schema.optionalKey(Schema.DateTimeUtc), {
    decode: decodeOptional,
    encode: SchemaGetter.transformOptional(
      (input: Option.Option<DateTime.Utc>): Option.Option<InstantEncoded | null> =>
        Option.map(input, format),
    ),
  }))

/** A date of a target: read from every form, written as ISO 8601. */
export const OptionalDate: OptionalInstant = optionalInstant(formatIso)

/** A timestamp of a bounce or a red list: read from every form, written as Unix seconds in a string. */
export const OptionalTimestamp: OptionalInstant = optionalInstant(formatSeconds)
