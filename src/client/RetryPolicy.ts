/**
 * When a failed call is retried, and how long it waits before.
 *
 * A policy decides whether a retry is *worth it*. Whether it is *safe* is the endpoint's own rule:
 * `create` is retried only where the failed attempt was definitely not applied, unless
 * {@link RetryPolicy.replayCreate} allows more. A stream is retried only until its response has
 * begun.
 *
 * @example
 * ```ts
 * import { Np6, RetryPolicy, Targets } from "@effect-np6/targets"
 * import { Effect, Redacted } from "effect"
 *
 * const patient = RetryPolicy.make({ retries: 8, maxElapsed: "5 minutes", budget: "unlimited" })
 *
 * // For all calls of a connection …
 * const live = Targets.layerFetch({
 *   apiKey: Redacted.make("your-key"),
 *   retry: patient,
 * })
 *
 * // … or for any effect or stream.
 * const nightly = Targets.use((targets) => targets.get("000MLGPR")).pipe(
 *   Np6.withRetryPolicy(patient),
 * )
 * ```
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"
import type { RateLimited, ServerError, TransportError, UnexpectedResponse } from "./Errors.ts"

/**
 * The errors that can be retried, and the input of a policy's schedule: a 429, a 500, 502, 503 or
 * 504, no response, and a 408 (which is an `UnexpectedResponse`).
 */
export type Transient = RateLimited | ServerError | TransportError | UnexpectedResponse

/**
 * How many retries a connection makes when everything fails: each call earns `ratio` of a retry, and
 * `reserve` retries can be made ahead of that.
 */
export interface Budget {
  /** The retries that a call earns: with 0.1, an outage costs at most 1.1 requests a call. */
  readonly ratio: number
  /** The retries that can be made before any is earned. Below 1, there is never a retry. */
  readonly reserve: number
}

/** A retry policy: {@link make} makes one. */
export interface RetryPolicy {
  /** How many retries a call has at most. */
  readonly retries: number
  /** The delays before the retries; there are no more retries once it ends. */
  readonly schedule: Schedule.Schedule<unknown, Transient>
  /** The longest delay that is taken from the schedule. */
  readonly maxDelay: Duration.Duration
  /** Whether a delay is drawn evenly between nothing and the schedule's (full jitter). */
  readonly jitter: boolean
  /** How long all attempts and delays of a call may take together; no retry starts after it. */
  readonly maxElapsed: Duration.Duration
  /**
   * The longest `Retry-After` that is waited for, with the schedule's delay on top. A longer one
   * fails the call at once.
   */
  readonly maxRetryAfter: Duration.Duration
  /** How many retries the calls of a connection have together. */
  readonly budget: Budget | "unlimited"
  /** Whether `create` is retried although an attempt may have been applied. */
  readonly replayCreate: boolean
}

/**
 * What {@link make} takes: the fields of a {@link RetryPolicy}, durations in any form. A policy is
 * itself a value of this type, so `make({ ...policy, retries: 5 })` changes one field of it.
 */
export interface RetryPolicyOptions {
  /** Default: 2, or as many as the schedule gives where there is a `schedule`. */
  readonly retries?: number | undefined
  /** Default: 500 ms, doubled each time. */
  readonly schedule?: Schedule.Schedule<unknown, Transient> | undefined
  /** Default: 8 seconds, or no limit where there is a `schedule`. */
  readonly maxDelay?: Duration.Input | undefined
  /** Default: `true`, or `false` where there is a `schedule`. */
  readonly jitter?: boolean | undefined
  /** Default: no limit. */
  readonly maxElapsed?: Duration.Input | undefined
  /** Default: 60 seconds. */
  readonly maxRetryAfter?: Duration.Input | undefined
  /** Default: `{ ratio: 0.1, reserve: 10 }`. */
  readonly budget?: Budget | "unlimited" | undefined
  /** Default: `false`. */
  readonly replayCreate?: boolean | undefined
}

/**
 * Makes a retry policy. What isn't given is as in {@link standard}; with a `schedule`, its delays are
 * used as they are.
 *
 * Throws where a duration can't be read, as Effect's own `Duration.fromInputUnsafe` does.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 * import { Schedule } from "effect"
 *
 * const patient = RetryPolicy.make({ retries: 8, maxElapsed: "5 minutes", budget: "unlimited" })
 *
 * // Every second, but a rate limit is left to the caller.
 * const steady = RetryPolicy.make({
 *   schedule: Schedule.spaced("1 second").pipe(
 *     Schedule.setInputType<RetryPolicy.Transient>(),
 *     Schedule.while(({ input }) => input._tag !== "RateLimited"),
 *   ),
 *   retries: 5,
 * })
 * ```
 */
export const make = (options: RetryPolicyOptions = {}): RetryPolicy => {
  const { schedule } = options
  const isOwn = schedule !== undefined
  return {
    retries: options.retries ?? (isOwn ? Infinity : 2),
    schedule: schedule ?? Schedule.exponential("500 millis"),
    maxDelay: Duration.fromInputUnsafe(
      options.maxDelay ?? (isOwn ? Duration.infinity : "8 seconds"),
    ),
    jitter: options.jitter ?? !isOwn,
    maxElapsed: Duration.fromInputUnsafe(options.maxElapsed ?? Duration.infinity),
    maxRetryAfter: Duration.fromInputUnsafe(options.maxRetryAfter ?? "60 seconds"),
    budget: options.budget ?? { ratio: 0.1, reserve: 10 },
    replayCreate: options.replayCreate ?? false,
  }
}

/**
 * The default: at most two retries, after 0 to 0.5 and 0 to 1 second (full jitter, so that clients
 * that failed together don't come back together), or after what `Retry-After` asks for, up to a
 * minute; and in an outage no more than one retry for ten calls.
 */
export const standard: RetryPolicy = make()

/** No retries: each call sends one request. */
export const none: RetryPolicy = make({ retries: 0 })
