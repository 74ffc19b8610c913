/**
 * Whether there is another attempt, and how long to wait for it.
 *
 * @module
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { RetryPolicy, Transient } from "./RetryPolicy.ts"

/** The retry policy that a scope sets over the connection's. */
export const CurrentRetryPolicy: Context.Reference<RetryPolicy | undefined> = Context.Reference(
  "@effect-np6/targets/CurrentRetryPolicy",
  { defaultValue: (): RetryPolicy | undefined => undefined },
)

/** The retries that a connection has spent and not yet earned back. */
export interface Spending {
  spent: number
}

/** Lets a call earn its share of a retry. */
export const earn = (spending: Spending, policy: RetryPolicy): void => {
  const ratio = policy.budget === "unlimited" ? 0 : policy.budget.ratio
  if (ratio > 0) spending.spent = Math.max(0, spending.spent - ratio)
}

const spend = (spending: Spending, policy: RetryPolicy): boolean => {
  if (policy.budget === "unlimited") return true
  if (!(spending.spent + 1 <= policy.budget.reserve)) return false
  spending.spent += 1
  return true
}

/** Gives back retries that an outage has cost, or a refusal that wasn't confirmed. */
export const refund = (spending: Spending, policy: RetryPolicy, retries: number): void => {
  if (policy.budget !== "unlimited") spending.spent = Math.max(0, spending.spent - retries)
}

/** Decides after each failed attempt of one call: the wait before the next, or `undefined` to stop. */
export type Decide = (
  failure: Transient,
  attempts: number,
) => Effect.Effect<Duration.Duration | undefined>

/** The decisions for one call, which begins now. */
export const decider = (policy: RetryPolicy, spending: Spending, clock: Clock.Clock): Decide => {
  const start = clock.monotonicTimeNanosUnsafe()
  const startMillis = clock.currentTimeMillisUnsafe()
  let waited = Duration.zero
  let schedule: Effect.Success<ReturnType<typeof toStep>> | undefined
  const toStep = () => Schedule.toStep(policy.schedule)
  // A generator only where there is a failure: most calls have none.
  return (failure, attempts) =>
    Effect.gen(function* () {
      // Written so that NaN stops, too.
      if (!(attempts <= policy.retries)) return undefined
      const asked = "retryAfter" in failure ? failure.retryAfter : undefined
      if (asked !== undefined && Duration.isGreaterThan(asked, policy.maxRetryAfter)) {
        return undefined
      }
      schedule ??= yield* toStep()
      // Fake timers pass without the clock.
      const passed = Duration.max(Duration.nanos(clock.monotonicTimeNanosUnsafe() - start), waited)
      // Schedules measure durations with it, and the wall clock may be set back or stand still.
      const now = startMillis + Duration.toMillis(passed)
      const scheduled = yield* Pull.matchEffect(schedule(now, failure), {
        onSuccess: ([, delay]) => Effect.succeed(delay),
        onFailure: Effect.failCause,
        onDone: () => Effect.succeed(undefined),
      })
      if (scheduled === undefined) return undefined
      const capped = Duration.min(scheduled, policy.maxDelay)
      const share = policy.jitter ? yield* Random.next : 1
      // Upwards of what NP6 asks for: clients that were refused together don't come back together.
      const wait = Duration.millis(
        Duration.toMillis(capped) * share + (asked === undefined ? 0 : Duration.toMillis(asked)),
      )
      if (Duration.isGreaterThan(Duration.sum(passed, wait), policy.maxElapsed)) return undefined
      if (!spend(spending, policy)) return undefined
      waited = Duration.sum(waited, wait)
      return wait
    })
}
