/**
 * NP6's instants: every form seen on the wire, read to epoch milliseconds.
 *
 * A list has two dates a target, so the usual form is read by hand.
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
  month === 2 ? isLeap(year) ? 29 : 28 : 30 + ((month + (month >> 3)) & 1)

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const notDigits = 10_000

const twoDigits = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : notDigits
}

/** Reads `2016-04-04T08:55:00Z`, the usual form; `NaN` where a text has another. */
const fromUsual = (text: string): number => {
  const isUsual = text.length === 20 && text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45 &&
    text.charCodeAt(10) === 84 && text.charCodeAt(13) === 58 && text.charCodeAt(16) === 58 &&
    text.charCodeAt(19) === 90
  if (!isUsual) return NaN
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hours = twoDigits(text, 11)
  const minutes = twoDigits(text, 14)
  const seconds = twoDigits(text, 17)
  const isRight = year > 0 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
    (day <= 28 || day <= daysOf(year, month)) && hours <= 23 && minutes <= 59 && seconds <= 59
  if (!isRight) return NaN
  // Years begin in March here, so that a leap day is the last of its year.
  const years = month > 2 ? year : year - 1
  const months = month > 2 ? month - 3 : month + 9
  const days = 365 * years + div(years, 4) - div(years, 100) + div(years, 400) +
    div(153 * months + 2, 5) + day - 719_469
  return ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000
}

const div = (dividend: number, divisor: number): number => (dividend / divisor) | 0

const fromText = (text: string): number => {
  const usual = fromUsual(text)
  if (!Number.isNaN(usual)) return usual
  return numberPattern.test(text) ? fromNumber(Number(text)) : fromIso(text)
}

/**
 * Epoch milliseconds of an instant on the wire: Unix seconds or milliseconds, in a number or a
 * string, or ISO 8601 (UTC where it names no offset). `NaN` when it is none of these.
 */
export const parseInstant = (value: unknown): number => {
  const millis = typeof value === "number"
    ? fromNumber(value)
    : typeof value === "string"
    ? fromText(value)
    : NaN
  // And not -0, which JSON has and dates don't.
  return Math.abs(millis) <= maxEpochMillis ? millis + 0 : NaN
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
