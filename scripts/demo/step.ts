/**
 * One step of the demo: a heading, and how long what follows takes.
 *
 * @module
 */
import { Sandbox } from "../../src/sandbox/Sandbox.ts"
import { type Duration, Effect } from "effect"
import { bold, print, type Screen } from "./screen.ts"

/** What a step gave, and what it cost. */
export interface Step<out A> {
  readonly value: A
  readonly elapsed: Duration.Duration
  /** How many requests reached the server meanwhile. */
  readonly requests: number
}

/** Runs an effect under a heading. */
export const step = Effect.fnUntraced(function* <A, E, R>(
  title: string,
  effect: Effect.Effect<A, E, R>,
): Effect.fn.Return<Step<A>, E, R | Sandbox | Screen> {
  const { requests } = yield* Sandbox
  yield* print("", bold(title))
  const before = (yield* requests).length
  const [elapsed, value] = yield* Effect.timed(effect)
  return { value, elapsed, requests: (yield* requests).length - before }
})
