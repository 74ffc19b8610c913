/**
 * Waits and dates in the headers of responses.
 *
 * @module
 */
import * as Duration from "effect/Duration"

type Headers = { readonly [name: string]: string }

const days = "(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? "
const startsWithDay = new RegExp(`^${days}`, "i")
// The comma within a date separates no values.
const value = new RegExp(`\\s*(?:${days})?[^,]+`, "gi")

/** The values of a header that was sent several times, which arrive joined by commas. */
const valuesOf = (header: string | undefined): ReadonlyArray<string> =>
  (header?.match(value) ?? []).map((part) => part.trim())

/** Epoch milliseconds of an HTTP date. */
const parseDate = (text: string): number | undefined => {
  // Date.parse takes "-5" for a month, and a date without a zone for local time.
  if (!startsWithDay.test(text)) return undefined
  const millis = Date.parse(/ (?:GMT|UTC|Z)$/.test(text) ? text : `${text} GMT`)
  return Number.isNaN(millis) ? undefined : millis
}

/**
 * The time of a response in epoch milliseconds: that of its own `Date`, which a date in another
 * header is measured against, because the local clock may be wrong.
 */
export const dateOf = (headers: Headers, wallMillis: number): number =>
  valuesOf(headers["date"]).map(parseDate).find((millis) => millis !== undefined) ?? wallMillis

/** A number without sign and exponent. */
export const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\s*\d{1,15}(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined

/**
 * The milliseconds that a number asks to wait. One as large as the present time is a point in time,
 * in Unix seconds or milliseconds; any other is seconds.
 */
export const waitOf = (number: number, nowMillis: number): number => {
  // 1.5e9 is 2017 in seconds, and 47 years to wait; 1e11 is 1973 in milliseconds, and 5138 in
  // seconds.
  if (number < 1.5e9) return number * 1000
  return Math.max(0, (number < 1e11 ? number * 1000 : number) - nowMillis)
}

/**
 * The wait that `Retry-After` asks for: seconds, a date or Unix time. A date in the past asks for no
 * wait, text that is none of these for nothing, and of several values the longest counts.
 */
export const parseRetryAfter = (
  headers: Headers,
  wallMillis: number,
): Duration.Duration | undefined => {
  const now = dateOf(headers, wallMillis)
  const waits = valuesOf(headers["retry-after"]).flatMap((text) => {
    const number = numberOf(text)
    const date = number === undefined ? parseDate(text) : undefined
    if (number !== undefined) return [waitOf(number, now)]
    return date === undefined ? [] : [Math.max(0, date - now)]
  })
  return waits.length === 0 ? undefined : Duration.millis(Math.max(...waits))
}
