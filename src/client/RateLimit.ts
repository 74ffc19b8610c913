/**
 * How fast a layer sends its requests: one limit for all its calls, in the order in which they came.
 *
 * NP6 limits requests per account and publishes no numbers. {@link adaptive} finds the limit out
 * from the answers, {@link fixed} keeps to one that is known, {@link fromRateLimiter} shares one
 * between machines, and {@link none} leaves it to others. Waiting for a turn is not part of a call's
 * `timeout`, which is for one attempt.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RateLimiter } from "effect/persistence/RateLimiter"
import type * as Scope from "effect/Scope"
import { makeGate } from "./rate/adaptive.ts"
import { makeSharedGate } from "./rate/shared.ts"
import type { Gate, SharedOptions } from "./Gate.ts"

export type * from "./Gate.ts"

/**
 * A rate limit: what makes the {@link Gate} of a layer. Any value of this shape will do.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * // A request every 50 ms at most, whatever is answered.
 * const slow: RateLimit.RateLimit = {
 *   make: Effect.succeed({ acquire: Effect.sleep("50 millis"), observe: () => Effect.void }),
 * }
 * ```
 */
export interface RateLimit {
  /** Makes the gate when the layer is built; the scope is the layer's. */
  readonly make: Effect.Effect<Gate, never, Scope.Scope>
}

/**
 * Finds the limit out, and follows it when it moves. It costs next to nothing and holds nothing back
 * until NP6 refuses a request with 429.
 *
 * - A 429 slows the layer to 0.7 times its rate, once for all requests that were on their way. From
 *   there the rate climbs along a cubic curve: quickly back to where it was, slowly past it, then
 *   ever faster until the next 429; but never past twice the rate that is measured, and never below
 *   one request in two seconds. After the very first 429 it doubles instead, until a second one
 *   tells where the limit is. The constants are those of the AWS SDKs' adaptive mode (0.7, 0.4, 2,
 *   0.5); below 100 requests a second the curve is flatter in proportion.
 * - Where `X-RateLimit-Remaining` is sent, its fall to 0 slows the layer to 0.85 times its rate
 *   (RFC 8511), mostly before any request is refused.
 * - `Retry-After` holds back the call that was refused, not the layer: the server takes others
 *   meanwhile. Only when ten requests, sent one after the other, get a 429, a 5xx or no answer, with
 *   no better answer between them, the layer stops. After a second, or after the `Retry-After` or
 *   `X-RateLimit-Reset` of up to a minute that came with a refusal, it sends one request as a probe,
 *   and one every two seconds until one succeeds. Then the rate doubles, two to three times a
 *   second, back to where it was.
 * - After a minute without a 429 the limit is forgotten.
 *
 * In a simulation, with a server that takes 100 requests a second and 20 at once, this uses 99 % of
 * the limit or more from the tenth second on, with 1.005 requests an item; 20 such clients on that
 * one limit take 1.11 requests an item.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 *
 * const rateLimit: RateLimit.RateLimit = RateLimit.adaptive
 * ```
 */
export const adaptive: RateLimit = { make: makeGate({ ceiling: Infinity, burst: undefined }) }

/**
 * A limit that is known.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 *
 * const options: RateLimit.FixedOptions = { limit: 600, window: "1 minute", burst: 20 }
 * ```
 */
export interface FixedOptions {
  /** How many requests a window takes: more than 0. */
  readonly limit: number
  /** The window; default 1 second. */
  readonly window?: Duration.Input
  /**
   * How many requests may be sent at once after a rest: at least 1. The default is what a tenth of a
   * second takes, and one.
   */
  readonly burst?: number
}

/**
 * Never sends faster than this, and evenly. A 429 or an outage slows it down all the same, as with
 * {@link adaptive}: others may use up the same limit.
 *
 * A limit that isn't above 0 counts as one request in two seconds, a burst below 1 as 1.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 *
 * const aHundredASecond = RateLimit.fixed({ limit: 100 })
 * const tenThousandAnHour = RateLimit.fixed({ limit: 10_000, window: "1 hour" })
 * ```
 */
export const fixed = (options: FixedOptions): RateLimit => {
  const seconds = Duration.toMillis(Duration.fromInputUnsafe(options.window ?? "1 second")) / 1000
  const perSecond = options.limit / seconds
  return {
    make: makeGate({
      ceiling: perSecond > 0 ? perSecond : 0.5,
      burst: options.burst === undefined || options.burst >= 1 ? options.burst : 1,
    }),
  }
}

/**
 * No limit: every request goes at once.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 *
 * const rateLimit = RateLimit.none
 * ```
 */
export const none: RateLimit = {
  make: Effect.succeed({ acquire: Effect.void, observe: () => Effect.void }),
}

/**
 * Shares a limit between machines through Effect's `RateLimiter` and its store, such as Redis.
 *
 * A machine takes from the store for one request at a time, so that none reserves the future, and an
 * interruption loses one request's share at most. 429 and outages slow each machine by itself, as
 * with {@link adaptive}. When the store fails, requests go on without it, and a warning is logged.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 * import { Effect, Layer } from "effect"
 * import { RateLimiter } from "effect/persistence"
 *
 * // With RateLimiter.layerStoreRedis in place of the memory, one limit holds on all machines.
 * const store = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
 * const rateLimit = RateLimiter.RateLimiter.pipe(
 *   Effect.map((limiter) => RateLimit.fromRateLimiter(limiter, { key: "np6", limit: 100 })),
 *   Effect.provide(store),
 * )
 * ```
 */
export const fromRateLimiter = (limiter: RateLimiter, options: SharedOptions): RateLimit => ({
  make: Effect.map(
    makeGate({ ceiling: Infinity, burst: undefined }),
    (gate) => makeSharedGate(gate, limiter, options),
  ),
})
