/**
 * How far a bulk run is, for a progress bar or a log.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { formatSnapshot } from "./format.ts"
import type { FormatOptions, Snapshot, Waiting } from "./Snapshot.ts"
import { type Hold, setTally, Tally } from "./tally.ts"

export type * from "./Snapshot.ts"

/**
 * The progress of one bulk run: give it to an operator of {@link Bulk}, and watch it.
 *
 * A run takes it when it begins. Another run that gets the same one fails with `InvalidInput`.
 */
export interface Progress {
  /** The run at this moment. */
  readonly now: Effect.Effect<Snapshot>
  /** The run at every tick, and once more when it is over, which ends the stream. */
  readonly every: (interval: Duration.Input) => Stream.Stream<Snapshot>
}

/**
 * Makes the progress of one bulk run. `total` is the number of inputs, where it is known; what is no
 * such number counts as unknown.
 *
 * @example
 * ```ts
 * import { Bulk, Progress } from "@effect-np6/targets"
 * import { Effect, Stream } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const progress = yield* Progress.make({ total: 2 })
 *   yield* progress.every("10 seconds").pipe(
 *     Stream.runForEach((snapshot) => Effect.log(Progress.format(snapshot))),
 *     Effect.forkChild,
 *   )
 *   yield* Stream.make("000MLGPR", "000MLGPS").pipe(
 *     Bulk.addToSegment(12345, (id) => id, { progress }),
 *     Stream.runDrain,
 *   )
 * })
 * ```
 */
export const make = (
  options: { readonly total?: number | undefined } = {},
): Effect.Effect<Progress> =>
  Effect.sync(() => {
    const { total } = options
    const known = total !== undefined && total >= 0 && total < Infinity ? total : undefined
    const tally = new Tally()
    const now = Effect.gen(function* () {
      const hold = yield* tally.hold ?? Effect.succeed(undefined)
      return snapshotOf(tally, known, yield* Clock.Clock, hold)
    })
    const progress: Progress = {
      now,
      every: (interval) =>
        Stream.tick(interval).pipe(
          Stream.interruptWhen(tally.over.await),
          Stream.concat(Stream.make(undefined)),
          Stream.mapEffect(() => now),
          Stream.takeUntil(({ isOver }) => isOver),
        ),
    }
    setTally(progress, tally)
    return progress
  })

const snapshotOf = (
  tally: Tally,
  total: number | undefined,
  clock: Clock.Clock,
  hold: Hold | undefined,
): Snapshot => {
  const now = tally.end ?? Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const at = DateTime.makeUnsafe(clock.currentTimeMillisUnsafe())
  const { settled } = tally
  const elapsed = now - (tally.start ?? now)
  const rate = tally.rate(now)
  const remaining = total === undefined ? undefined : Math.max(0, total - settled)
  const isOver = tally.end !== undefined
  return {
    at,
    ...tally.counts,
    inFlight: tally.taken - settled,
    retried: tally.retried,
    remaining,
    elapsed: Duration.millis(Math.round(elapsed)),
    rate: round(rate),
    meanRate: round(elapsed <= 0 ? 0 : settled / elapsed * 1000),
    eta: isOver || remaining === undefined || rate <= 0
      ? undefined
      : Duration.seconds(Math.ceil(remaining / rate)),
    waitsFor: hold && waitingOf(hold, at),
    isOver,
  }
}

const round = (rate: number): number => Math.round(rate * 10) / 10

const waitingOf = ({ left, reason }: Hold, at: DateTime.Utc): Waiting => ({
  reason,
  until: left && DateTime.addDuration(at, left),
})

/**
 * A snapshot as text, in one line: for a log by default, or as a bar.
 *
 * @example
 * ```ts
 * import { Progress } from "@effect-np6/targets"
 *
 * const line = (snapshot: Progress.Snapshot) => Progress.format(snapshot)
 * // 1,234 of 10,000 (12 %), 3 failed, 61/s, 2m 24s left
 *
 * const bar = (snapshot: Progress.Snapshot) => Progress.format(snapshot, { as: "bar", width: 60 })
 * // ███░░░░░░░░░░░░░░░░░░░░░  12 %  1,234/10,000  61/s  2m 24s
 * ```
 */
export const format: (snapshot: Snapshot, options?: FormatOptions) => string = formatSnapshot
