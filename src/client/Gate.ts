/**
 * What a request passes before it is sent, and what it tells afterwards.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"

/**
 * What each request of a layer passes, a retry too.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const logged = (gate: RateLimit.Gate): RateLimit.Gate => ({
 *   acquire: gate.acquire,
 *   observe: (seen) => Effect.andThen(Effect.logDebug(String(seen.status)), gate.observe(seen)),
 * })
 * ```
 */
export interface Gate {
  /** Waits until a request may be sent. An interruption gives the place in the queue up. */
  readonly acquire: Effect.Effect<void>
  /**
   * Tells what came of a request, in the fiber that acquired. When the request was interrupted,
   * nothing came of it, and nothing is to be told.
   */
  readonly observe: (observation: Observation) => Effect.Effect<void>
}

/**
 * What came of one request.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 *
 * const lost: RateLimit.Observation = { status: undefined, retryAfter: undefined, headers: {} }
 * ```
 */
export interface Observation {
  /** The status; `undefined` when there was no answer. */
  readonly status: number | undefined
  /** What `Retry-After` asks for. */
  readonly retryAfter: Duration.Duration | undefined
  /** By lower-case name. `X-RateLimit-Remaining` and `X-RateLimit-Reset` are read when there. */
  readonly headers: { readonly [name: string]: string }
}

/**
 * A limit that is kept by Effect's `RateLimiter`.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 *
 * const options: RateLimit.SharedOptions = { key: "np6", limit: 100, algorithm: "token-bucket" }
 * ```
 */
export interface SharedOptions {
  /** The name of the limit in the store: the same on all machines that share it. */
  readonly key: string
  /** How many requests a window takes, of all machines together. */
  readonly limit: number
  /** The window; default 1 second. */
  readonly window?: Duration.Input
  /** Default `"fixed-window"`, Effect's own. */
  readonly algorithm?: "fixed-window" | "token-bucket"
}
