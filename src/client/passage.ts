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
import type { Gate, Overdue, Report } from "./Gate.ts"

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** One call's way through the gate, and what its bulk run hears of it. */
export class Passage {
  readonly #gate: Gate
  readonly #bulk: BulkCall | undefined
  /** How long the call may still wait at the gate, in all its attempts. */
  #left: Duration.Duration
  /** The number of the last request in the bulk run. */
  #request = 0

  constructor(gate: Gate, timeout: Duration.Duration, fiber: AnyFiber) {
    this.#gate = gate
    this.#left = gate.maxWait ?? timeout
    this.#bulk = fiber.getRef(CurrentBulkCall)
  }

  /** Waits until the next request may be sent; returns what reports its outcome. */
  enter(isRetry: boolean): Effect.Effect<Report, Overdue> {
    const bulk = this.#bulk
    return bulk === undefined
      ? this.#enterAlone
      : Effect.flatMap(bulk.waits(this.#gate), () =>
        Effect.map(
          this.#gate.acquire({ call: this, isBulk: true, maxWait: undefined }),
          (report): Report => {
            const request = bulk.sends(isRetry)
            this.#request = request
            return (observation) => {
              // The gate first: what a failure means depends on it.
              const told = report(observation)
              return Effect.tap(told, () => Effect.sync(() => bulk.observes(request, observation)))
            }
          },
        ))
  }

  /** Whether the call sends its request again in place of failing with this error. */
  review(error: unknown, isRepeatable: boolean): Effect.Effect<boolean> {
    return this.#bulk === undefined ? Effect.succeed(false) : this.#bulk.reviews({
      error,
      request: this.#request,
      isRepeatable,
      gate: this.#gate,
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
