/**
 * How fast a connection sends its requests: one limit for all calls of all its services, in the order
 * in which they were made.
 *
 * NP6 limits requests per account and publishes no numbers. {@link adaptive}, the default, finds the
 * limit out from the responses; {@link fixed} keeps to one that you know; {@link fromRateLimiter}
 * shares one between machines; {@link none} sends at once.
 *
 * **No call waits without a bound.** A single call waits here for no longer than the connection's
 * `timeout`, or the limit's own `maxWait`, counted over all its attempts. After that it fails with
 * `RateLimited`; `attempts: 0` says that nothing was sent. A call of a bulk run waits as long as it
 * takes; an outage ends the run after its `maxOutage`.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RateLimiter } from "effect/persistence/RateLimiter"
import type * as Scope from "effect/Scope"
import type { Gate, GateRefusal } from "./Gate.ts"
import type { Limit } from "./rate/bucket.ts"
import { AdaptiveGate } from "./rate/gate.ts"
import {
  checkAlgorithm,
  checkBurst,
  checkDuration,
  checkKey,
  checkLimit,
  checkMaxWait,
  checkSpare,
} from "./rate/options.ts"
import { SharedGate } from "./rate/shared.ts"

export type * from "./Gate.ts"

/**
 * A rate limit: what makes the {@link Gate} of a connection. Any value of this shape will do.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * // Delays each request by 50 ms.
 * const slow: RateLimit.RateLimit = {
 *   make: Effect.succeed({
 *     acquire: () => Effect.as(Effect.sleep("50 millis"), () => Effect.void),
 *   }),
 * }
 * ```
 */
export interface RateLimit {
  /**
   * Makes the gate when the connection is built; the scope is the connection's. When an option is
   * refused, the layer fails with `InvalidInput`.
   */
  readonly make: Effect.Effect<Gate, GateRefusal, Scope.Scope>
}

/**
 * Finds the limit out, and follows it when it moves.
 *
 * **Single calls** are sent at once, with one exception: after a 429, or when
 * `X-RateLimit-Remaining` falls to 0, they keep to the limit that NP6 has just shown, for no longer
 * than `timeout`.
 *
 * **Bulk runs** pace themselves:
 *
 * - A 429 lowers the rate to 0.7 times what it was, once for all requests that were on their way.
 *   From there the rate climbs along a cubic curve: quickly back to where it was, slowly past it,
 *   then ever faster until the next 429. It never exceeds twice the measured rate, and never falls
 *   below one request in two seconds. After the very first 429 it doubles instead, until a second
 *   one shows where the limit is. The constants are those of the AWS SDKs' adaptive mode (0.7, 0.4,
 *   2, 0.5); below 100 requests a second the curve is flatter in proportion.
 * - Where `X-RateLimit-Remaining` is sent, its fall to 0 lowers the rate to 0.85 times what it was
 *   (RFC 8511), mostly before a request is refused.
 * - `Retry-After` holds back the call that was refused, not the others.
 * - **Outages.** When ten requests of at least five calls, sent one after the other, get a 429, a
 *   5xx or no response, and none succeeds between them, bulk runs stop. They send one request a
 *   second as a probe, or as soon as a `Retry-After` or `X-RateLimit-Reset` of up to a minute allows.
 *   Once one succeeds, the rate doubles two to three times a second, back to where it was. Single
 *   calls are sent meanwhile, and fail as they would without a limit.
 * - After a minute without a 429 the limit is forgotten.
 *
 * In a simulation, with a server that accepts 100 requests a second and 20 at once, a bulk run uses
 * at least 99 % of the limit from the tenth second on, with 1.005 requests an item; 20 such clients
 * on that one limit need 1.11 requests an item.
 */
export const adaptive: RateLimit = {
  make: Effect.withFiber((fiber) => Effect.succeed(new AdaptiveGate(fiber))),
}

/** The options of {@link fixed}. */
export interface FixedOptions {
  /** How many requests a window allows: a number above 0. */
  readonly limit: number
  /** The window. Default: 1 second. */
  readonly window?: Duration.Input | undefined
  /**
   * How many requests may be sent at once after a rest: at least 1. Default: what a tenth of a second
   * allows, and one.
   */
  readonly burst?: number | undefined
  /**
   * The longest that a single call waits for the limit. Default: the connection's `timeout`. Calls
   * of bulk runs wait as long as it takes.
   */
  readonly maxWait?: Duration.Input | undefined
}

/**
 * A limit that you know, for single calls and bulk runs: requests are sent evenly, and never faster.
 * A 429 or an outage slows it down as {@link adaptive} does, because others may use the same limit.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-np6/targets"
 *
 * const aHundredASecond = RateLimit.fixed({ limit: 100 })
 * const tenThousandAnHour = RateLimit.fixed({
 *   limit: 10_000,
 *   window: "1 hour",
 *   maxWait: "5 seconds",
 * })
 * ```
 */
export const fixed = (options: FixedOptions): RateLimit => ({
  make: Effect.gen(function* () {
    const rate = yield* rateOf("limit", options.limit, options.window)
    const burst = options.burst === undefined ? 1 + rate / 10 : yield* checkBurst(options.burst)
    const maxWait = yield* checkMaxWait(options.maxWait)
    return yield* Effect.withFiber((fiber) =>
      Effect.succeed(new AdaptiveGate(fiber, { limit: { rate, burst }, maxWait }))
    )
  }),
})

/** Requests a second. */
const rateOf = Effect.fnUntraced(function* (
  option: string,
  limit: number,
  window: Duration.Input | undefined,
): Effect.fn.Return<number, GateRefusal> {
  const checked = yield* checkDuration("window", window ?? "1 second")
  return (yield* checkLimit(option, limit)) / Duration.toMillis(checked) * 1000
})

/** No limit: each request is sent at once, and failures are taken for no outage. */
export const none: RateLimit = {
  make: Effect.succeed({ acquire: () => Effect.succeed(() => Effect.void) }),
}

/** The options of {@link fromRateLimiter}. */
export interface SharedOptions {
  /** The name of the limit in the store: the same on all machines that share it. */
  readonly key: string
  /** How many requests a window allows, those of all machines together: a number above 0. */
  readonly limit: number
  /** The window. Default: 1 second. */
  readonly window?: Duration.Input | undefined
  /** Default: `"fixed-window"`, Effect's own. */
  readonly algorithm?: "fixed-window" | "token-bucket" | undefined
  /**
   * The longest that a single call waits for the limit and its store. Default: the connection's
   * `timeout`. Calls of bulk runs wait as long as it takes.
   */
  readonly maxWait?: Duration.Input | undefined
  /**
   * What to do while the store fails. Default: `"wait"`, which sends nothing, so that the limit
   * holds. `{ limit }` goes on with a limit of this machine's own, for the same window: the shared
   * limit by the number of machines, for example.
   */
  readonly onStoreFailure?: "wait" | { readonly limit: number } | undefined
  /**
   * How long the store may take to respond before it counts as failed. Default: 1 second. A client
   * that queues commands while it is disconnected never fails by itself.
   */
  readonly storeTimeout?: Duration.Input | undefined
}

/**
 * Shares a limit between machines through Effect's `RateLimiter` and its store, such as Redis.
 *
 * A machine takes from the store for one request at a time, so that none reserves the future, and an
 * interruption loses one request's share at most. A 429 or an outage slows each machine down as
 * {@link adaptive} does.
 *
 * When the store fails, `onStoreFailure` says what happens. The store is tried again once a second;
 * the log has one line when it fails and one when it works again.
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
 *   Effect.map((limiter) =>
 *     RateLimit.fromRateLimiter(limiter, {
 *       key: "np6",
 *       limit: 100,
 *       onStoreFailure: { limit: 25 }, // four machines
 *     })
 *   ),
 *   Effect.provide(store),
 * )
 * ```
 */
export const fromRateLimiter = (limiter: RateLimiter, options: SharedOptions): RateLimit => ({
  make: Effect.gen(function* () {
    const consume = {
      key: yield* checkKey(options.key),
      limit: yield* checkLimit("limit", options.limit),
      window: yield* checkDuration("window", options.window ?? "1 second"),
      algorithm: yield* checkAlgorithm(options.algorithm),
      onExceeded: "delay",
    } as const
    const maxWait = yield* checkMaxWait(options.maxWait)
    const storeTimeout = yield* checkDuration("storeTimeout", options.storeTimeout ?? "1 second")
    const spare = yield* spareOf(options)
    return yield* Effect.withFiber((fiber) =>
      Effect.succeed(new SharedGate(fiber, limiter, { consume, maxWait, storeTimeout, spare }))
    )
  }),
})

const spareOf = Effect.fnUntraced(function* (
  { onStoreFailure, window }: SharedOptions,
): Effect.fn.Return<Limit | undefined, GateRefusal> {
  if (onStoreFailure === undefined || onStoreFailure === "wait") return undefined
  yield* checkSpare(onStoreFailure)
  const rate = yield* rateOf("onStoreFailure.limit", onStoreFailure.limit, window)
  return { rate, burst: 1 + rate / 10 }
})
