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
import type { BulkOptions, Done, Failed, Outcome } from "./Outcome.ts"
import type { Forbidden, Unauthorized } from "../client/Errors.ts"
import { type BulkCall, CurrentBulkCall } from "../client/bulkCall.ts"
import { makeTally } from "./tally.ts"

/** What every further call would fail with too. */
export type Stop = Unauthorized | Forbidden

/** What became of a unit whose call didn't end, or of one of its inputs. */
export interface Unended<out Tag extends "NotTried" | "Interrupted", out I> {
  readonly _tag: Tag
  readonly input: I
}

/** What an operator does. A unit is what one call is for: an input, or a chunk of them. */
export interface Work<Unit, A, E, R, I, B, F> {
  readonly call: (unit: Unit) => Effect.Effect<A, E, R>
  /** Calls of the same key don't overtake each other. */
  readonly key?: ((unit: Unit) => string) | undefined
  /** How many inputs a unit has. Default: 1. */
  readonly size?: ((unit: Unit) => number) | undefined
  /** The outcomes of a unit's inputs. */
  readonly expand: <Tag extends "NotTried" | "Interrupted">(
    outcome: Done<Unit, A> | Failed<Unit, E> | Unended<Tag, Unit>,
  ) => Arr.NonEmptyReadonlyArray<Done<I, B> | Failed<I, F> | Unended<Tag, I>>
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

interface Settled<Unit, A, E> {
  readonly entry: Entry<Unit, A, E>
  readonly outcome: Outcome<Unit, A, E>
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
    const last = new Map<string | undefined, Entry<Unit, A, E>>()
    const stopping = Deferred.makeUnsafe<void>()
    let stop: Stop | undefined

    const take = (unit: Unit): Entry<Unit, A, E> => {
      const key = work.key?.(unit)
      const entry: Entry<Unit, A, E> = {
        unit,
        key,
        previous: undefined,
        isRunning: false,
        outcome: undefined,
        settled: undefined,
        handedOn: 0,
      }
      if (key !== undefined) {
        entry.previous = last.get(key)
        last.set(key, entry)
      }
      taken.add(entry)
      tally.taken += work.size?.(unit) ?? 1
      return entry
    }

    const settle = (
      entry: Entry<Unit, A, E>,
      outcome: Outcome<Unit, A, E>,
    ): Settled<Unit, A, E> => {
      entry.outcome = outcome
      if (last.get(entry.key) === entry) last.delete(entry.key)
      if (entry.settled !== undefined) Deferred.doneUnsafe(entry.settled, Effect.void)
      return { entry, outcome }
    }

    const fail = (entry: Entry<Unit, A, E>, error: E): Settled<Unit, A, E> => {
      if (isStop(error)) {
        // Before it is settled, which has the next one of its key go ahead at once.
        stop ??= error
        Deferred.doneUnsafe(stopping, Effect.void)
      }
      return settle(entry, { _tag: "Failed", input: entry.unit, error })
    }

    const perform = (entry: Entry<Unit, A, E>): Effect.Effect<Settled<Unit, A, E>, never, R> =>
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
        const attempts = { requests: 0, retries: 0 }
        const bulkCall: BulkCall = {
          waits: () => Effect.void,
          sends: (isRetry) => {
            if (isRetry) attempts.retries++
            return ++attempts.requests
          },
          observes: () => {},
          reviews: () => Effect.succeed(false),
        }
        return Effect.suspend(() => work.call(unit)).pipe(
          Effect.provideService(CurrentBulkCall, bulkCall),
          Effect.match({
            onSuccess: (value) =>
              settle(entry, { _tag: "Done", input: unit, value, attempts: attempts.requests }),
            onFailure: (error) => fail(entry, error),
          }),
          Effect.ensuring(Effect.sync(() => {
            tally.retried += attempts.retries
          })),
        )
      })

    const outcomesOf = ({ entry, outcome }: Settled<Unit, A, E>) => {
      const expanded = work.expand(outcome)
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
      tally[tallyOf[outcome._tag]]++
      return outcome
    }

    const unfinishedOf = ({ handedOn, isRunning, outcome, unit }: Entry<Unit, A, E>) =>
      work.expand<"NotTried" | "Interrupted">(
        outcome ?? { _tag: isRunning ? "Interrupted" : "NotTried", input: unit },
      ).slice(handedOn)

    const finish = Effect.gen(function* () {
      tally.end = yield* Clock.currentTimeMillis
      if (taken.size === 0 || options.onUnfinished === undefined) return
      yield* options.onUnfinished(Array.from(taken).flatMap(unfinishedOf))
    })

    return units.pipe(
      // A source that is slow to give its next input must not hold up the end.
      Stream.interruptWhen(Deferred.await(stopping)),
      Stream.map(take),
      Stream.mapEffect(perform, {
        concurrency: options.concurrency ?? 16,
        unordered: options.ordered === false,
      }),
      Stream.mapArray((settled) => Arr.flatMap(settled, outcomesOf)),
      // One at a time: of an array, nobody knows how far its consumer came before it stopped.
      Stream.rechunk(1),
      Stream.map(handOn),
      Stream.concat(Stream.suspend(() => stop === undefined ? Stream.empty : Stream.fail(stop))),
      Stream.ensuring(finish),
    )
  }))

const tallyOf = { Done: "done", Failed: "failed", NotTried: "notTried" } as const
