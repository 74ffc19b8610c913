import { assert, describe, it } from "@effect/vitest"
import { Bulk, Progress, RetryPolicy } from "@effect-np6/targets"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { recording, status } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"

const emails = (count: number) => Array.from({ length: count }, (_, n) => `c${n}@example.com`)
const upsert = (email: string) => ({ unicity: email, values: { 8103: email } })
const sandbox = Sandbox.layerTargets()
const collect = <A, E, R>(stream: Stream.Stream<A, E, R>) => inTime(Stream.runCollect(stream))

describe("progress", () => {
  it.effect("counts what is done, failed, retried and left, and ends with the run", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 23))
      const np6 = yield* Sandbox
      yield* np6.script({ fault: Fault.latency("2 seconds", Fault.reset({ applied: false })) })
      const progress = yield* Progress.make({ total: 21 })
      assert.deepInclude(yield* progress.now, { done: 0, remaining: 21, rate: 0, isOver: false })
      const seen = yield* Effect.forkChild(Stream.runCollect(progress.every("1 second")))
      yield* collect(
        Stream.fromIterable([...emails(20), ""]).pipe(
          Bulk.upsertAll(upsert, { progress, concurrency: 2 }),
        ),
      )
      const last = yield* progress.now
      assert.deepInclude(last, {
        done: 20,
        failed: 1,
        notTried: 0,
        inFlight: 0,
        retried: 1,
        remaining: 0,
        isOver: true,
      })
      assert.isAtLeast(Duration.toSeconds(last.elapsed), 2)
      assert.strictEqual(last.rate, Math.round(21 / Duration.toSeconds(last.elapsed) * 10) / 10)
      yield* TestClock.adjust("1 minute")
      // Its time has stopped with the run.
      assert.deepStrictEqual(yield* progress.now, last)
      const snapshots = yield* Fiber.join(seen)
      assert.isTrue(snapshots.at(-1)?.isOver)
      assert.isTrue(snapshots.some(({ inFlight }) => inFlight > 0))
    }).pipe(Effect.provide(sandbox)))

  it.effect("measures from the start of the run to now, and to its end when it is over", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 23))
      const progress = yield* Progress.make()
      yield* TestClock.adjust("1 hour")
      const fiber = yield* Stream.make("first", "second").pipe(
        Bulk.forEach(() => Effect.sleep("4 seconds"), { progress, concurrency: 1 }),
        Stream.runDrain,
        Effect.forkChild,
      )
      const figures = Effect.map(
        progress.now,
        ({ elapsed, rate }) => [Duration.toSeconds(elapsed), rate],
      )
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* figures, [5, 0.2])
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(fiber)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* figures, [8, 0.3])
    }))

  it.effect("of a run without a total doesn't know what is left", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make()
      assert.isUndefined((yield* progress.now).remaining)
    }))

  it.effect("of a run that was stopped counts what wasn't tried as settled", () => {
    const { layer } = recording([status(401)], { retry: RetryPolicy.none })
    return Effect.gen(function* () {
      const progress = yield* Progress.make({ total: 5 })
      yield* Effect.exit(collect(
        Stream.fromIterable(emails(5)).pipe(Bulk.upsertAll(upsert, { progress, concurrency: 1 })),
      ))
      const { failed, inFlight, notTried, remaining } = yield* progress.now
      assert.strictEqual(failed, 1)
      assert.strictEqual(inFlight, 0)
      assert.strictEqual(remaining, 4 - notTried)
    }).pipe(Effect.provide(layer))
  })

  it.effect("of a deletion counts targets, not chunks", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make()
      yield* collect(
        Stream.fromIterable(emails(5)).pipe(
          Bulk.deleteAll("unicity", (email) => email, { progress, chunkSize: 2 }),
        ),
      )
      assert.deepInclude(yield* progress.now, { done: 5, inFlight: 0 })
    }).pipe(Effect.provide(sandbox)))
})
