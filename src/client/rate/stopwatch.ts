/**
 * Monotonic time.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import type * as Fiber from "effect/Fiber"

/**
 * Milliseconds that only grow: the wall clock may be set back or stand still.
 *
 * It also survives a change of clocks. A connection that outlives a test with a clock of its own
 * goes on from where it was.
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
}
