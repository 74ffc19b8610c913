/**
 * The `X-RateLimit-*` headers, as far as they can be trusted.
 *
 * @module
 */
import { numberOf, waitOf } from "../retryAfter.ts"

type Headers = { readonly [name: string]: string }

/** How many more requests the server would accept now. */
export const remainingOf = (headers: Headers): number | undefined =>
  numberOf(headers["x-ratelimit-remaining"])

/**
 * How many milliseconds until the limit is as if unused. Nothing documents the unit of the header: a
 * number as large as the present time is a point in time, any other is seconds to wait.
 */
export const resetOf = (headers: Headers, nowMillis: number): number | undefined => {
  const number = numberOf(headers["x-ratelimit-reset"])
  return number === undefined ? undefined : waitOf(number, nowMillis)
}
