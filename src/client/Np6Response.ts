/**
 * A value together with the answer it came in.
 *
 * @module
 */

/**
 * What an operation returned, and NP6's answer to the last request of the call.
 *
 * Every operation has a twin under `targets.withResponse` that returns this instead of the value
 * alone.
 *
 * @example
 * ```ts
 * import { type Answer, type Target, Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   const { get } = targets.withResponse
 *   const answer: Answer<Target> = yield* get("000MLGPR")
 *   yield* Effect.log(`${answer.status} to request ${answer.requestId}`)
 *   return answer.value
 * })
 * ```
 */
export interface Np6Response<out A> {
  /** What the operation returns. */
  readonly value: A
  /**
   * The HTTP status: a 2xx, or the 404 or 409 that is success after an unanswered attempt, see
   * {@link TargetsOperations}.
   */
  readonly status: number
  /** The headers, with lower-case names. */
  readonly headers: { readonly [name: string]: string }
  /** NP6's `x-request-id`, which is what its support asks for; `undefined` where it sent none. */
  readonly requestId: string | undefined
  /** How many requests were sent for the call. */
  readonly attempts: number
}
