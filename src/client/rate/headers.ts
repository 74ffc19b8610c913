/**
 * What `X-RateLimit-*` says, as far as it can be trusted.
 *
 * @module
 */

const number = (text: string | undefined): number | undefined =>
  text !== undefined && /^\s*\d{1,15}(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined

/** How many more requests the server would take now. */
export const remainingOf = (
  headers: { readonly [name: string]: string },
): number | undefined => number(headers["x-ratelimit-remaining"])

/**
 * How many milliseconds until the limit is as if unused. The header's unit is nowhere written down:
 * a number as large as the present time is an instant, in seconds or milliseconds, any other is
 * seconds to wait.
 */
export const resetOf = (
  headers: { readonly [name: string]: string },
  nowMillis: number,
): number | undefined => {
  const value = number(headers["x-ratelimit-reset"])
  if (value === undefined) return undefined
  // 1e9 is 2001 in seconds, and 31 years to wait; 1e11 is 1973 in milliseconds, and 5138 in seconds.
  if (value < 1e9) return value * 1000
  return Math.max(0, (value < 1e11 ? value * 1000 : value) - nowMillis)
}
