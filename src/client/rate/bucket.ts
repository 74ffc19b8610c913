/**
 * A limit that is known: a bucket of tokens, one a request. Times are milliseconds.
 *
 * @module
 */

/** A limit. */
export interface Limit {
  /** Requests a second. */
  readonly rate: number
  /** How many may be sent at once after a rest. */
  readonly burst: number
}

/** A bucket, full at first. */
export class TokenBucket {
  readonly #limit: Limit
  #tokens: number
  #filledAt: number

  constructor(limit: Limit, now: number) {
    this.#limit = limit
    this.#tokens = limit.burst
    this.#filledAt = now
  }

  /** How long until there is a token. */
  wait(now: number): number {
    const { burst, rate } = this.#limit
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) / 1000 * rate)
    this.#filledAt = now
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) / rate * 1000
  }

  /** Takes a token, when `wait` was 0. */
  take(): void {
    this.#tokens -= 1
  }
}
