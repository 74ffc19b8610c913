/**
 * How long a process may work on a chunk, by its own clock.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { EngineSettings } from "./Settings.ts"

/**
 * A lease that is kept by saving. Its requests wait once it may have run out, because another process
 * may have the chunk by then, and go on with the next save that succeeds. A save that finds the lease
 * lost interrupts the requests that wait.
 */
export class Lease {
  #until: number
  #waiting = Deferred.makeUnsafe<void>()
  readonly #length: number

  constructor(start: number, { lease }: EngineSettings) {
    // A third is left for clocks that differ and for saves that take long.
    this.#length = lease * 2 / 3
    this.#until = start + this.#length
  }

  /** A save that began at this time has succeeded. */
  extend(start: number): void {
    this.#until = start + this.#length
    const waiting = this.#waiting
    this.#waiting = Deferred.makeUnsafe()
    Deferred.doneUnsafe(waiting, Effect.void)
  }

  /** Waits until a request may be sent. */
  readonly fence: Effect.Effect<void> = Effect.suspend(() =>
    performance.now() < this.#until
      ? Effect.void
      : Effect.flatMap(Deferred.await(this.#waiting), () => this.fence)
  )
}
