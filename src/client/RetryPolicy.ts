/**
 * When a failed call is tried again, and how long to wait before.
 *
 * A policy decides *whether it is worth it*. Whether it is *safe* is not up to the policy: each
 * endpoint's own rule says which calls may be replayed, and `create` is replayed only when the
 * failed attempt surely changed nothing, unless {@link replayCreate} says otherwise. A stream is
 * replayed only until its answer has begun.
 *
 * @example
 * ```ts
 * import { RetryPolicy, Targets } from "@effect-np6/targets"
 * import { Effect, Redacted } from "effect"
 *
 * const patient = RetryPolicy.standard.pipe(
 *   RetryPolicy.maxRetries(8),
 *   RetryPolicy.maxElapsed("5 minutes"),
 * )
 *
 * // For all calls of a layer …
 * const live = Targets.layerFetch({
 *   apiKey: Redacted.make("your-key"),
 *   retry: patient,
 * })
 *
 * // … or around any effect or stream.
 * const nightly = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   return yield* targets.get("000MLGPR")
 * }).pipe(Targets.withRetryPolicy(patient))
 * ```
 *
 * @module
 */
import * as Duration from "effect/Duration"
import { dual } from "effect/Function"
import * as Pipeable from "effect/Pipeable"
import * as Schedule from "effect/Schedule"
import type { RateLimited, ServerError, TransportError, UnexpectedResponse } from "./Errors.ts"

/**
 * The failures that are worth another attempt, and the input of a policy's schedule: 429, a 500,
 * 502, 503 or 504, no answer, and a 408 (which comes as `UnexpectedResponse`).
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 * import { Schedule } from "effect"
 *
 * // Leave a rate limit to the caller.
 * const policy = RetryPolicy.mapSchedule(
 *   RetryPolicy.standard,
 *   Schedule.while(({ input }) => input._tag !== "RateLimited"),
 * )
 * ```
 */
export type Transient = RateLimited | ServerError | TransportError | UnexpectedResponse

/**
 * How many retries a layer spends when everything fails: each call earns `ratio` of a retry, and
 * `reserve` retries can be spent ahead of that.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 *
 * const budget: RetryPolicy.Budget = { ratio: 0.1, reserve: 10 }
 * ```
 */
export interface Budget {
  /** Retries that a call earns: with 0.1, an outage costs at most 1.1 attempts a call. */
  readonly ratio: number
  /** Retries that may be spent before any is earned; below 1, there is never a retry. */
  readonly reserve: number
}

/**
 * A retry policy: an immutable value, built with the functions of this module and Effect's
 * `Schedule`.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 *
 * const patient: RetryPolicy.RetryPolicy = RetryPolicy.standard.pipe(
 *   RetryPolicy.maxRetries(8),
 *   RetryPolicy.maxElapsed("5 minutes"),
 * )
 * ```
 */
export interface RetryPolicy extends Pipeable.Pipeable {
  /** The waits between attempts; it ends the retries by ending. */
  readonly schedule: Schedule.Schedule<unknown, Transient>
  /** How many retries at most. */
  readonly retries: number
  /** How long all attempts and waits together may take; no retry starts after it. */
  readonly elapsed: Duration.Duration
  /** How long a wait of the schedule may be. */
  readonly delay: Duration.Duration
  /** Whether a wait is drawn evenly between nothing and what the schedule says (full jitter). */
  readonly jitter: boolean
  /**
   * The longest `Retry-After` that is obeyed, with the schedule's wait on top; a longer one fails the
   * call at once.
   */
  readonly retryAfter: Duration.Duration
  /** The retries that a layer may spend, or `undefined` for no limit. */
  readonly budget: Budget | undefined
  /** Whether `create` is replayed although an earlier attempt may have been applied. */
  readonly replaysCreate: boolean
}

type Settings = Omit<RetryPolicy, "pipe">

const make = (settings: Settings): RetryPolicy => ({
  ...settings,
  pipe() {
    return Pipeable.pipeArguments(this, arguments)
  },
})

/**
 * The standard policy: 2 retries, waits drawn evenly between nothing and 500 ms, then 1 s, doubling
 * up to 8 s (full jitter), `Retry-After` obeyed up to 60 s, and a budget of a tenth of the calls
 * with a reserve of 10.
 *
 * @example
 * ```ts
 * import { RetryPolicy, Targets } from "@effect-np6/targets"
 * import { Redacted } from "effect"
 *
 * const layer = Targets.layerFetch({
 *   apiKey: Redacted.make("your-key"),
 *   retry: RetryPolicy.standard,
 * })
 * ```
 */
export const standard: RetryPolicy = make({
  schedule: Schedule.exponential("500 millis"),
  retries: 2,
  elapsed: Duration.infinity,
  delay: Duration.seconds(8),
  jitter: true,
  retryAfter: Duration.seconds(60),
  budget: { ratio: 0.1, reserve: 10 },
  replaysCreate: false,
})

/**
 * Never tries again.
 *
 * @example
 * ```ts
 * import { RetryPolicy, Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const once = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   return yield* targets.get("000MLGPR")
 * }).pipe(Targets.withRetryPolicy(RetryPolicy.none))
 * ```
 */
export const none: RetryPolicy = make({ ...standard, retries: 0 })

/**
 * A policy that follows a schedule of Effect's, for as long as the schedule goes on: the waits are
 * taken as they are, without jitter, cap or count; `Retry-After` and the budget are those of
 * {@link standard}.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 * import { Schedule } from "effect"
 *
 * const policy = RetryPolicy.fromSchedule(
 *   Schedule.fibonacci("200 millis").pipe(
 *     Schedule.jittered,
 *     Schedule.upTo({ times: 5 }),
 *   ),
 * )
 * ```
 */
export const fromSchedule = (schedule: Schedule.Schedule<unknown, Transient>): RetryPolicy =>
  make({ ...standard, schedule, retries: Infinity, delay: Duration.infinity, jitter: false })

/**
 * Sets how many retries there are at most; attempts are one more. 0 is {@link none}; with
 * {@link fromSchedule} the schedule may end them earlier.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 *
 * const policy = RetryPolicy.maxRetries(RetryPolicy.standard, 5)
 * ```
 */
export const maxRetries: {
  (retries: number): (self: RetryPolicy) => RetryPolicy
  (self: RetryPolicy, retries: number): RetryPolicy
} = dual(
  2,
  (self: RetryPolicy, retries: number): RetryPolicy => make({ ...self, retries }),
)

/**
 * Sets how long a call may take with all its attempts and waits: a wait that would end later is not
 * begun. An attempt that runs is not cut short; that is what `timeout` does.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 *
 * const policy = RetryPolicy.maxElapsed(RetryPolicy.standard, "1 minute")
 * ```
 */
export const maxElapsed: {
  (elapsed: Duration.Input): (self: RetryPolicy) => RetryPolicy
  (self: RetryPolicy, elapsed: Duration.Input): RetryPolicy
} = dual(
  2,
  (self: RetryPolicy, elapsed: Duration.Input): RetryPolicy =>
    make({ ...self, elapsed: Duration.fromInputUnsafe(elapsed) }),
)

/**
 * Sets how long a wait of the schedule may be, before jitter. `Retry-After` has its own limit:
 * {@link maxRetryAfter}.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 *
 * const policy = RetryPolicy.maxDelay(RetryPolicy.standard, "30 seconds")
 * ```
 */
export const maxDelay: {
  (delay: Duration.Input): (self: RetryPolicy) => RetryPolicy
  (self: RetryPolicy, delay: Duration.Input): RetryPolicy
} = dual(
  2,
  (self: RetryPolicy, delay: Duration.Input): RetryPolicy =>
    make({ ...self, delay: Duration.fromInputUnsafe(delay) }),
)

/**
 * Sets the longest `Retry-After` that is obeyed. When NP6 asks for more, the call fails at once, with
 * `retryAfter` on the error, instead of sleeping for hours.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 *
 * const policy = RetryPolicy.maxRetryAfter(
 *   RetryPolicy.standard,
 *   "5 minutes",
 * )
 * ```
 */
export const maxRetryAfter: {
  (retryAfter: Duration.Input): (self: RetryPolicy) => RetryPolicy
  (self: RetryPolicy, retryAfter: Duration.Input): RetryPolicy
} = dual(
  2,
  (self: RetryPolicy, retryAfter: Duration.Input): RetryPolicy =>
    make({ ...self, retryAfter: Duration.fromInputUnsafe(retryAfter) }),
)

/**
 * Sets the retries that a layer may spend when everything fails, or with `undefined` lifts the limit.
 * What is spent is counted once for a layer, whatever policy spends it.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 *
 * const policy = RetryPolicy.budget(RetryPolicy.standard, {
 *   ratio: 0.2,
 *   reserve: 50,
 * })
 * ```
 */
export const budget: {
  (budget: Budget | undefined): (self: RetryPolicy) => RetryPolicy
  (self: RetryPolicy, budget: Budget | undefined): RetryPolicy
} = dual(
  2,
  (self: RetryPolicy, budget: Budget | undefined): RetryPolicy => make({ ...self, budget }),
)

/**
 * Changes the schedule of a policy, with Effect's own operators. Its input is the failure.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 * import { Schedule } from "effect"
 *
 * const policy = RetryPolicy.mapSchedule(
 *   RetryPolicy.standard,
 *   (schedule) => Schedule.min([schedule, Schedule.spaced("2 seconds")]),
 * )
 * ```
 */
export const mapSchedule: {
  (
    f: (schedule: Schedule.Schedule<unknown, Transient>) => Schedule.Schedule<unknown, Transient>,
  ): (self: RetryPolicy) => RetryPolicy
  (
    self: RetryPolicy,
    f: (schedule: Schedule.Schedule<unknown, Transient>) => Schedule.Schedule<unknown, Transient>,
  ): RetryPolicy
} = dual(
  2,
  (
    self: RetryPolicy,
    f: (schedule: Schedule.Schedule<unknown, Transient>) => Schedule.Schedule<unknown, Transient>,
  ): RetryPolicy => make({ ...self, schedule: f(self.schedule) }),
)

/**
 * Draws each wait evenly between nothing and what the schedule says, which keeps clients that failed
 * together from coming back together. {@link standard} does so already.
 *
 * @example
 * ```ts
 * import { RetryPolicy } from "@effect-np6/targets"
 * import { Schedule } from "effect"
 *
 * const policy = RetryPolicy.fullJitter(
 *   RetryPolicy.fromSchedule(
 *     Schedule.exponential("1 second").pipe(Schedule.upTo({ times: 3 })),
 *   ),
 * )
 * ```
 */
export const fullJitter = (self: RetryPolicy): RetryPolicy => make({ ...self, jitter: true })

/**
 * Replays `create` too, although an earlier attempt may have been applied.
 *
 * Nothing is created twice, since NP6 refuses a unicity that is taken; but when the first attempt
 * was applied and its answer lost, the replay fails with `Conflict` and `applied: "unknown"`: the
 * target there may be yours or somebody else's. `upsert` has no such doubt.
 *
 * @example
 * ```ts
 * import { RetryPolicy, Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const policy = RetryPolicy.replayCreate(RetryPolicy.standard)
 *
 * const program = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   return yield* targets.create({ 8103: "a@b.c" })
 * }).pipe(Targets.withRetryPolicy(policy))
 * ```
 */
export const replayCreate = (self: RetryPolicy): RetryPolicy =>
  make({ ...self, replaysCreate: true })
