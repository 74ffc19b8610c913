/**
 * A value with the response that it came in.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

/**
 * What an operation returned, with NP6's response to the last request of the call. Each operation
 * under `withResponse` returns this in place of the value alone.
 *
 * @example
 * ```ts
 * import { type Np6Response, type Target, Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const { withResponse } = yield* Targets
 *   const response: Np6Response<Target> = yield* withResponse.get("000MLGPR")
 *   yield* Effect.log(`${response.status} to request ${response.requestId}`)
 *   return response.value
 * })
 * ```
 */
export interface Np6Response<out A> {
  /** What the operation returns. */
  readonly value: A
  /**
   * The HTTP status: a 2xx, or the 404 or 409 that is a success of the operation, see
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

/** What an operation returns under `withResponse`. */
export type Responded<Returned> = Returned extends Effect.Effect<infer A, infer E>
  ? Effect.Effect<Np6Response<A>, E>
  : Returned extends Stream.Stream<infer A, infer E>
    ? Effect.Effect<Np6Response<Stream.Stream<A, E>>, E, Scope.Scope>
  : never

/**
 * The operations with each value in its {@link Np6Response}: status, headers, request id, attempts.
 *
 * A stream is in the response that it comes from, as soon as there is its head. Run it once, in the
 * same scope: when the scope closes, what isn't read is cancelled.
 */
export type WithResponse<Operations> = {
  readonly [O in keyof Operations]: Operations[O] extends (...args: infer Args) => infer Returned
    ? (...args: Args) => Responded<Returned>
    : Responded<Operations[O]>
}
