/**
 * Checks of the options of rate limits.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { GateRefusal } from "../Gate.ts"

const refuse = (option: string, problem: string): Effect.Effect<never, GateRefusal> =>
  Effect.fail({ input: `rateLimit.${option}`, problem })

/** A number of requests: finite and above 0. */
export const checkLimit = (
  option: string,
  value: unknown,
): Effect.Effect<number, GateRefusal> =>
  typeof value === "number" && value > 0 && value < Infinity
    ? Effect.succeed(value)
    : refuse(option, "it is not a number above 0, such as 100")

/** How many requests may be sent at once: at least 1. */
export const checkBurst = (value: number): Effect.Effect<number, GateRefusal> =>
  typeof value === "number" && value >= 1 && value < Infinity
    ? Effect.succeed(value)
    : refuse("burst", "it is not a number of 1 or more")

/** A duration that is finite and above 0. */
export const checkDuration = (
  option: string,
  input: Duration.Input,
): Effect.Effect<Duration.Duration, GateRefusal> => {
  const duration = Option.getOrUndefined(Duration.fromInput(input))
  return duration !== undefined && Duration.isFinite(duration) && Duration.isPositive(duration)
    ? Effect.succeed(duration)
    : refuse(option, 'it is not a duration above zero, such as "1 second"')
}

/** The longest wait, which may also be zero or infinite. */
export const checkMaxWait = (
  input: Duration.Input | undefined,
): Effect.Effect<Duration.Duration | undefined, GateRefusal> => {
  if (input === undefined) return Effect.succeed(undefined)
  // Effect takes NaN for zero, which is a wait that may be asked for here.
  const isNumber = !Number.isNaN(input)
  const duration = isNumber ? Option.getOrUndefined(Duration.fromInput(input)) : undefined
  return duration !== undefined && Duration.isGreaterThanOrEqualTo(duration, Duration.zero)
    ? Effect.succeed(duration)
    : refuse("maxWait", 'it is not a duration, such as "10 seconds"')
}

/** The name of a limit in its store. */
export const checkKey = (value: unknown): Effect.Effect<string, GateRefusal> =>
  typeof value === "string" && value !== ""
    ? Effect.succeed(value)
    : refuse("key", 'it is not a text, such as "np6"')

/** One of the algorithms of Effect's `RateLimiter`. */
export const checkAlgorithm = (
  value: "fixed-window" | "token-bucket" | undefined,
): Effect.Effect<"fixed-window" | "token-bucket" | undefined, GateRefusal> =>
  value === undefined || value === "fixed-window" || value === "token-bucket"
    ? Effect.succeed(value)
    : refuse("algorithm", 'it is neither "fixed-window" nor "token-bucket"')

/** What holds in place of a shared limit: an object with a limit of its own. */
export const checkSpare = (value: unknown): Effect.Effect<object, GateRefusal> =>
  typeof value === "object" && value !== null
    ? Effect.succeed(value)
    : refuse("onStoreFailure", 'it is neither "wait" nor a limit, such as { limit: 10 }')
