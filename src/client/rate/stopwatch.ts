/**
 * Monotonic time.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/**
 * Milliseconds that only grow: the wall clock may be set back or stand still.
 *
 * It also survives a change of clocks. A connection that outlives a test with a clock of its own
 * goes on from where it was. And it goes on where timers are faked and the clock isn't, as vitest
 * does: what was slept has passed.
 */
export class Stopwatch {
  #last = 0
  #offset: number | undefined

  /** The time by the clock of a fiber. */
  now(fiber: Fiber.Fiber<unknown, unknown>): number {
    const reading = Number(fiber.getRef(Clock.Clock).monotonicTimeNanosUnsafe()) / 1e6
    this.#offset ??= -reading
    if (reading + this.#offset < this.#last) this.#offset = this.#last - reading
    this.#last = reading + this.#offset
    return this.#last
  }

  /** Sleeps by the clock of the fiber. */
  sleep(millis: number): Effect.Effect<void> {
    return Effect.withFiber((fiber) => {
      const end = this.now(fiber) + millis
      return Effect.andThen(
        Effect.sleep(millis),
        Effect.withFiber((fiber) => {
          const left = end - this.now(fiber)
          // A timer may fire a millisecond early, but not at half of its time.
          if (left > Math.max(1, millis / 2)) {
            this.#offset = (this.#offset ?? 0) + left
            this.#last = end
          }
          return Effect.void
        }),
      )
    })
  }
}
