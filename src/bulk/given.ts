/**
 * What the callbacks of a bulk run return.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { InvalidInput } from "../client/Errors.ts"
import type { Given } from "./Outcome.ts"

/** What a callback has returned: known, or an effect that tells. It doesn't throw any more. */
export type Received<A, E, R> = Result.Result<A, E> | Effect.Effect<A, E, R>

// A value that can't be looked at is a value: what reads it refuses it.
const is = (test: (given: unknown) => boolean, given: unknown): boolean => {
  try {
    return test(given)
  } catch {
    return false
  }
}

const isLater = <A, E, R>(given: Given<A, E, R>): given is Effect.Effect<A, E, R> =>
  is(Effect.isEffect, given)

const isResult = <A, E>(given: A | Result.Result<A, E>): given is Result.Result<A, E> =>
  is(Result.isResult, given)

/** Runs a callback. What it throws is a failure, in its effect too. */
export const receive = <A, E, R>(
  operation: string,
  callback: () => Given<A, E, R>,
): Received<A, E | InvalidInput, R> => {
  try {
    const given = callback()
    if (isLater(given)) return caught(operation, given)
    return isResult(given) ? given : Result.succeed(given)
  } catch (thrown) {
    return Result.fail(thrownBy(operation, thrown))
  }
}

/** Runs a callback that returns an effect. What it throws is a failure. */
export const receiveEffect = <A, E, R>(
  operation: string,
  callback: () => Effect.Effect<A, E, R>,
): Effect.Effect<A, E | InvalidInput, R> =>
  Effect.suspend(() => {
    try {
      return caught(operation, callback())
    } catch (thrown) {
      return Effect.fail(thrownBy(operation, thrown))
    }
  })

const caught = <A, E, R>(
  operation: string,
  effect: Effect.Effect<A, E, R>,
): Effect.Effect<A, E | InvalidInput, R> =>
  Effect.catchDefect(effect, (thrown) => Effect.fail(thrownBy(operation, thrown)))

/** The failure of a row whose callback threw. The message of what was thrown may hold its values. */
export const thrownBy = (operation: string, thrown: unknown): InvalidInput =>
  new InvalidInput({
    operation,
    applied: "no",
    attempts: 0,
    input: "callback",
    problem: `it threw ${describe(thrown)}`,
  })

const describe = (thrown: unknown): string => {
  try {
    if (thrown instanceof Error) return `${nameOf(thrown)}${placeOf(thrown)}`
  } catch {
    // Its properties throw, too.
  }
  return `a value of type ${typeof thrown}`
}

const nameOf = ({ name }: Error): string => /^\w{1,64}$/.test(name) ? name : "an error"

/** Where it was thrown: the file and the line of the stack's first frame, below the message. */
const placeOf = ({ message, stack = "" }: Error): string => {
  const start = stack.indexOf(message)
  const place = start < 0
    ? undefined
    : /^\s+at (?:.* \()?([^\s()]{1,300}:\d+:\d+)\)?$/m.exec(stack.slice(start + message.length))
      ?.[1]
  return place === undefined ? "" : ` at ${place}`
}
