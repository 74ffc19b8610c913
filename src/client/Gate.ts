/**
 * What a request passes before it is sent, and what it reports afterwards.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"

/**
 * What each request of a connection passes, retries included.
 *
 * A gate of your own needs `acquire` alone. Without `watch`, a bulk run takes no failures for an
 * outage.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * // Logs the status of each response.
 * const logged = (gate: RateLimit.Gate): RateLimit.Gate => ({
 *   ...gate,
 *   acquire: (request) =>
 *     Effect.map(gate.acquire(request), (report) => (seen) =>
 *       Effect.andThen(Effect.logDebug(String(seen.status)), report(seen))),
 * })
 * ```
 */
export interface Gate {
  /**
   * Waits until the request may be sent, and returns the function that reports its outcome. An
   * interruption gives up the place in the queue. A request that is interrupted after it has passed
   * reports nothing.
   */
  readonly acquire: (request: GateRequest) => Effect.Effect<Report, Overdue>
  /** The longest that a single call waits here, in all its attempts. Default: the `timeout`. */
  readonly maxWait?: Duration.Duration | undefined
  /** What bulk runs ask. */
  readonly watch?: Watch | undefined
}

/** A request that is about to be sent. */
export interface GateRequest {
  /** The call that it belongs to: the same object for all attempts of one call. */
  readonly call: object
  /** Whether the call belongs to a bulk run. Outages hold back only those. */
  readonly isBulk: boolean
  /** How long it may wait; `undefined` for as long as it takes. */
  readonly maxWait: Duration.Duration | undefined
}

/** Reports the outcome of a request that has passed. */
export type Report = (observation: Observation) => Effect.Effect<void>

/** A request could not pass within its `maxWait`. Nothing of it was sent. */
export interface Overdue {
  readonly _tag: "Overdue"
}

/** The outcome of one request. */
export interface Observation {
  /** The status; `undefined` when there was no response. */
  readonly status: number | undefined
  /** The wait that `Retry-After` asks for. */
  readonly retryAfter: Duration.Duration | undefined
  /**
   * By lower-case name. `X-RateLimit-Remaining`, `X-RateLimit-Reset` and `Date` are read where they
   * are present.
   */
  readonly headers: { readonly [name: string]: string }
}

/** Why an option of a rate limit is refused. */
export interface GateRefusal {
  /** The option, such as `"rateLimit.limit"`. */
  readonly input: string
  /** What is wrong with it. */
  readonly problem: string
}

/** What a gate knows about outages and waits. */
export interface Watch {
  /** Whether there is an outage now. */
  readonly isDown: () => boolean
  /**
   * Whether the last failures are an outage: `true` once ten requests in a row have failed, `false`
   * once a request that was sent after the first failure has succeeded. Waits for one or the other.
   */
  readonly verdict: Effect.Effect<boolean>
  /** How long the first request in the queue has to wait; `undefined` when none waits. */
  readonly wait: Effect.Effect<Duration.Duration | undefined>
}
