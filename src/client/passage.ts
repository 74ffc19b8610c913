/**
 * How the requests of one call pass the gate of its connection.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { type BulkCall, CurrentBulkCall } from "./bulkCall.ts"
import { CurrentFence } from "./fence.ts"
import type { Gate, Overdue, Report } from "./Gate.ts"

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** One call's way through the gate, and what its bulk run hears of it. */
export class Passage {
  readonly #gate: Gate
  readonly #bulk: BulkCall | undefined
  readonly #fence: Effect.Effect<void> | undefined
  /** How long the call may still wait at the gate, in all its attempts. */
  #left: Duration.Duration
  /** The number of the last request in the bulk run. */
  #request = 0
  /** How many of the call's attempts cost no retry. */
  free = 0

  constructor(gate: Gate, timeout: Duration.Duration, fiber: AnyFiber) {
    this.#gate = gate
    this.#left = gate.maxWait ?? timeout
    this.#bulk = fiber.getRef(CurrentBulkCall)
    this.#fence = fiber.getRef(CurrentFence)
  }

  /** Whether the call waits for the end of an outage in place of a retry. */
  get isHeld(): boolean {
    return this.#bulk !== undefined && this.#gate.watch?.isDown() === true
  }

  /** Waits until an attempt may be sent, from 1; returns what reports its outcome. */
  enter(attempt: number): Effect.Effect<Report, Overdue> {
    const passed = this.#bulk === undefined
      ? this.#enterAlone
      : this.#enterBulk(this.#bulk, attempt)
    const fence = this.#fence
    return fence === undefined ? passed : Effect.tap(passed, () => fence)
  }

  #enterBulk(bulk: BulkCall, attempt: number): Effect.Effect<Report, Overdue> {
    return Effect.flatMap(bulk.waits(this.#gate), () => {
      // An outage costs no retries, those before it was found included.
      if (this.isHeld) this.free = attempt - 1
      return Effect.map(
        this.#gate.acquire({ call: this, isBulk: true, maxWait: undefined }),
        (report): Report => {
          const request = bulk.sends(attempt > 1)
          this.#request = request
          // The gate first: what a failure means depends on it.
          return (observation) =>
            Effect.tap(
              report(observation),
              () => Effect.sync(() => bulk.observes(request, observation)),
            )
        },
      )
    })
  }

  /** The last attempt has failed, and there will be another. */
  note(error: unknown): void {
    this.#bulk?.notes(error)
  }

  /** Whether the call sends its request again in place of failing, after so many attempts. */
  review(error: unknown, isRepeatable: boolean, attempts: number): Effect.Effect<boolean> {
    if (this.#bulk === undefined) return Effect.succeed(false)
    const failing = {
      call: this,
      error,
      request: this.#request,
      isRepeatable,
      gate: this.#gate,
    }
    return Effect.map(this.#bulk.reviews(failing), (again) => {
      if (again) this.free = attempts
      return again
    })
  }

  get #enterAlone(): Effect.Effect<Report, Overdue> {
    return Effect.withFiber((fiber) => {
      const clock = fiber.getRef(Clock.Clock)
      const start = clock.monotonicTimeNanosUnsafe()
      return Effect.map(
        this.#gate.acquire({ call: this, isBulk: false, maxWait: this.#left }),
        (report) => {
          const waited = clock.monotonicTimeNanosUnsafe() - start
          if (waited > 1_000_000n) {
            this.#left = Duration.max(
              Duration.subtract(this.#left, Duration.nanos(waited)),
              Duration.zero,
            )
          }
          return report
        },
      )
    })
  }
}
