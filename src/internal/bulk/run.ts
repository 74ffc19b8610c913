/**
 * The engine of the bulk operators: every input that is taken gets exactly one outcome.
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { BulkOptions, Interrupted, Outcome } from "../../Bulk.ts"
import type { Forbidden, Unauthorized } from "../../Errors.ts"
import { type Attempts, CurrentAttempts } from "../attempts.ts"
import { makeTally } from "./tally.ts"

/** What every further call would fail with too. */
export type Stop = Unauthorized | Forbidden

/** What an operator does. A unit is what one call is for: an input, or a chunk of them. */
export interface Work<Unit, A, E, R, I, B, F> {
  readonly call: (unit: Unit) => Effect.Effect<A, E, R>
  /** Calls of the same key don't overtake each other. */
  readonly key?: ((unit: Unit) => string) | undefined
  /** How many inputs a unit has. Default: 1. */
  readonly size?: ((unit: Unit) => number) | undefined
  /** The outcomes of a unit's inputs. */
  readonly expand: (
    outcome: Outcome<Unit, A, E> | Interrupted<Unit>,
  ) => Arr.NonEmptyReadonlyArray<Outcome<I, B, F> | Interrupted<I>>
}

interface Entry<Unit, A, E> {
  readonly unit: Unit
  readonly key: string | undefined
  /** The one of the same key that was taken before, until it is settled. */
  previous: Entry<Unit, A, E> | undefined
  isRunning: boolean
  outcome: Outcome<Unit, A, E> | undefined
  /** Made by whoever waits for the outcome first. */
  settled: Deferred.Deferred<void> | undefined
  /** How many of its outcomes were handed on. */
  handedOn: number
}

const isStop = (error: unknown): error is Stop =>
  Predicate.isTagged(error, "Unauthorized") || Predicate.isTagged(error, "Forbidden")

/** Runs the work over a stream of units. */
export const run = <Unit, A, E, R, I, B, F>(
  work: Work<Unit, A, E, R, I, B, F>,
  options: BulkOptions<I, B, F>,
) =>
<E2, R2>(
  units: Stream.Stream<Unit, E2, R2>,
): Stream.Stream<Outcome<I, B, F>, E2 | Stop, R | R2> =>
  Stream.unwrap(Effect.map(Clock.currentTimeMillis, (now) => {
    const tally = options.progress?.tally ?? makeTally()
    tally.start ??= now
    const taken = new Set<Entry<Unit, A, E>>()
    const last = new Map<string, Entry<Unit, A, E>>()
    const stopping = Deferred.makeUnsafe<void>()
    let stop: Stop | undefined

    const take = (unit: Unit): Entry<Unit, A, E> => {
      const key = work.key?.(unit)
      const entry: Entry<Unit, A, E> = {
        unit,
        key,
        previous: key === undefined ? undefined : last.get(key),
        isRunning: false,
        outcome: undefined,
        settled: undefined,
        handedOn: 0,
      }
      if (key !== undefined) last.set(key, entry)
      taken.add(entry)
      tally.taken += work.size?.(unit) ?? 1
      return entry
    }

    const settle = (
      entry: Entry<Unit, A, E>,
      outcome: Outcome<Unit, A, E>,
    ): Entry<Unit, A, E> => {
      entry.outcome = outcome
      if (entry.key !== undefined && last.get(entry.key) === entry) last.delete(entry.key)
      if (entry.settled !== undefined) Deferred.doneUnsafe(entry.settled, Effect.void)
      if (outcome._tag === "Failed" && isStop(outcome.error)) {
        stop ??= outcome.error
        Deferred.doneUnsafe(stopping, Effect.void)
      }
      return entry
    }

    const perform = (entry: Entry<Unit, A, E>): Effect.Effect<Entry<Unit, A, E>, never, R> =>
      Effect.suspend(() => {
        const { previous, unit } = entry
        if (previous !== undefined && previous.outcome === undefined) {
          previous.settled ??= Deferred.makeUnsafe<void>()
          return Effect.andThen(Deferred.await(previous.settled), perform(entry))
        }
        // Or each input would keep all those before it that have its key.
        entry.previous = undefined
        if (stop !== undefined) {
          return Effect.succeed(settle(entry, { _tag: "NotTried", input: unit }))
        }
        entry.isRunning = true
        const attempts: Attempts = { requests: 0, retries: 0 }
        return Effect.suspend(() => work.call(unit)).pipe(
          Effect.provideService(CurrentAttempts, attempts),
          Effect.match({
            onSuccess: (value) =>
              settle(entry, { _tag: "Done", input: unit, value, attempts: attempts.requests }),
            onFailure: (error) => settle(entry, { _tag: "Failed", input: unit, error }),
          }),
          Effect.ensuring(Effect.sync(() => {
            tally.retried += attempts.retries
          })),
        )
      })

    const outcomesOf = (entry: Entry<Unit, A, E>) => {
      const { isRunning, outcome, unit } = entry
      const expanded = work.expand(
        outcome ?? { _tag: isRunning ? "Interrupted" : "NotTried", input: unit },
      )
      return Arr.map(expanded, (outcome, index) => ({
        entry,
        outcome,
        isLast: index === expanded.length - 1,
      }))
    }

    const handOn = (
      { entry, outcome, isLast }: ReturnType<typeof outcomesOf>[number],
    ): Outcome<I, B, F> => {
      entry.handedOn++
      if (isLast) taken.delete(entry)
      const handedOn = outcome._tag === "Interrupted"
        ? { _tag: "NotTried" as const, input: outcome.input }
        : outcome
      tally[tallyOf[handedOn._tag]]++
      return handedOn
    }

    const finish = Effect.gen(function* () {
      tally.end = yield* Clock.currentTimeMillis
      if (taken.size === 0 || options.onUnfinished === undefined) return
      const unfinished = Array.from(taken).flatMap((entry) =>
        outcomesOf(entry).slice(entry.handedOn).map(({ outcome }) => outcome)
      )
      yield* options.onUnfinished(unfinished)
    })

    return units.pipe(
      // A source that is slow to give its next input must not hold up the end.
      Stream.interruptWhen(Deferred.await(stopping)),
      Stream.map(take),
      Stream.mapEffect(perform, {
        concurrency: options.concurrency ?? 16,
        unordered: options.ordered === false,
      }),
      Stream.mapArray((entries) => Arr.flatMap(entries, outcomesOf)),
      // One at a time: of an array, nobody knows how far its consumer came before it stopped.
      Stream.rechunk(1),
      Stream.map(handOn),
      Stream.concat(Stream.suspend(() => stop === undefined ? Stream.empty : Stream.fail(stop))),
      Stream.ensuring(finish),
    )
  }))

const tallyOf = { Done: "done", Failed: "failed", NotTried: "notTried" } as const
