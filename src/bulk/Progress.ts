/**
 * How far a bulk run is, for whoever draws a bar or writes a log line.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { makeTally, type Tally } from "./tally.ts"

/**
 * A bulk run at one moment.
 *
 * @example
 * ```ts
 * import type { Progress } from "@effect-np6/targets"
 *
 * const line = ({ done, failed, rate, remaining }: Progress.Snapshot) =>
 *   `${done} done, ${failed} failed, ${remaining ?? "?"} to go, ${rate}/s`
 * ```
 */
export interface Snapshot {
  /** Inputs whose call succeeded. */
  readonly done: number
  /** Inputs whose call failed. */
  readonly failed: number
  /** Inputs that were taken from the source and not tried, because the run was stopped. */
  readonly notTried: number
  /** Inputs that were taken from the source and have no outcome yet. */
  readonly inFlight: number
  /** Requests beyond the first of their call. */
  readonly retried: number
  /** Time since the first input. */
  readonly elapsed: Duration.Duration
  /** Inputs with an outcome, a second, over the whole run; rounded to a tenth. */
  readonly rate: number
  /** Inputs without an outcome, where the total is known. */
  readonly remaining: number | undefined
  /** Whether the run has ended, well or not. */
  readonly isOver: boolean
}

/**
 * The progress of one bulk run: give it to an operator of {@link Bulk}, and watch it.
 *
 * @example
 * ```ts
 * import { Progress } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const look = (progress: Progress.Progress) =>
 *   Effect.map(progress.now, ({ done }) => `${done} done`)
 * ```
 */
export interface Progress {
  /** The run at this moment. */
  readonly now: Effect.Effect<Snapshot>
  /** The run at every tick, and once more when it is over, which ends the stream. */
  readonly every: (interval: Duration.Input) => Stream.Stream<Snapshot>
  /** The counters that operators write. */
  readonly tally: Tally
}

/**
 * Makes the progress of one bulk run. `total` is the number of inputs, where it is known.
 *
 * @example
 * ```ts
 * import { Bulk, Progress } from "@effect-np6/targets"
 * import { Effect, Stream } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const progress = yield* Progress.make({ total: 2 })
 *   yield* progress.every("1 second").pipe(
 *     Stream.runForEach(({ done, remaining }) =>
 *       Effect.log(`${done} done, ${remaining} to go`)
 *     ),
 *     Effect.forkChild,
 *   )
 *   yield* Stream.make("000MLGPR", "000MLGPS").pipe(
 *     Bulk.addAllToSegment(12345, (id) => id, { progress }),
 *     Stream.runDrain,
 *   )
 * })
 * ```
 */
export const make = (
  options: { readonly total?: number | undefined } = {},
): Effect.Effect<Progress> =>
  Effect.sync(() => {
    const tally = makeTally()
    const now = Effect.map(
      Clock.currentTimeMillis,
      (millis) => snapshot(tally, options.total, millis),
    )
    return {
      tally,
      now,
      every: (interval) =>
        Stream.tick(interval).pipe(
          Stream.mapEffect(() => now),
          Stream.takeUntil(({ isOver }) => isOver),
        ),
    }
  })

const snapshot = (tally: Tally, total: number | undefined, nowMillis: number): Snapshot => {
  const settled = tally.done + tally.failed + tally.notTried
  const millis = tally.start === undefined ? 0 : (tally.end ?? nowMillis) - tally.start
  return {
    done: tally.done,
    failed: tally.failed,
    notTried: tally.notTried,
    inFlight: tally.taken - settled,
    retried: tally.retried,
    elapsed: Duration.millis(millis),
    rate: millis === 0 ? 0 : Math.round(settled / millis * 10_000) / 10,
    remaining: total === undefined ? undefined : Math.max(0, total - settled),
    isOver: tally.end !== undefined,
  }
}
