import { assert, describe, it } from "@effect/vitest"
import { Bulk, Progress } from "@effect-np6/targets"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Clock, DateTime, Deferred, Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { collect, emails, upsertOf } from "../harness/bulk.ts"
import { status } from "../harness/recording.ts"
import { serving } from "../harness/serving.ts"

const sandbox = Sandbox.layerTargets()

describe("Progress.now", () => {
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
          Bulk.upsert(upsertOf, { progress, concurrency: 2 }),
        ),
      )
      const last = yield* progress.now
      assert.deepInclude(last, {
        done: 20,
        failed: 1,
        notTried: 0,
        interrupted: 0,
        inFlight: 0,
        retried: 1,
        remaining: 0,
        eta: undefined,
        waitsFor: undefined,
        isOver: true,
      })
      assert.isAtLeast(Duration.toSeconds(last.elapsed), 2)
      const mean = Math.round(21 / Duration.toSeconds(last.elapsed) * 10) / 10
      assert.strictEqual(last.meanRate, mean)
      yield* TestClock.adjust("1 minute")
      // Its time has stopped with the run.
      const { at: _, ...later } = yield* progress.now
      assert.deepInclude(last, later)
      const snapshots = yield* Fiber.join(seen)
      assert.isTrue(snapshots.at(-1)?.isOver)
      assert.isTrue(snapshots.some(({ inFlight }) => inFlight > 0))
    }).pipe(Effect.provide(sandbox)))

  it.effect("measures from the start of the run to now, and to its end when it is over", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make()
      yield* TestClock.adjust("1 hour")
      const run = yield* Stream.make("first", "second").pipe(
        Bulk.forEach(() => Effect.sleep("4 seconds"), { progress, concurrency: 1 }),
        Stream.runDrain,
        Effect.forkChild,
      )
      const figures = Effect.map(
        progress.now,
        ({ elapsed, meanRate }) => [Duration.toSeconds(elapsed), meanRate],
      )
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* figures, [5, 0.2])
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(run)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* figures, [8, 0.3])
    }))

  it.effect("has the rate of the last seconds, and the time that the rest takes at it", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make({ total: 200 })
      const isFast = Effect.map(Clock.currentTimeMillis, (now) => now >= 60_000)
      const run = yield* Stream.range(1, 200).pipe(
        Bulk.forEach(() => Effect.flatMap(isFast, (fast) => Effect.sleep(fast ? 100 : 2_000)), {
          progress,
          concurrency: 1,
        }),
        Stream.runDrain,
        Effect.forkChild,
      )
      yield* TestClock.adjust("60 seconds")
      const slow = yield* progress.now
      assert.deepInclude(slow, { done: 30, rate: 0.5, meanRate: 0.5 })
      assert.deepStrictEqual(slow.eta, Duration.seconds(340))
      yield* TestClock.adjust("10 seconds")
      const fast = yield* progress.now
      assert.deepInclude(fast, { done: 130, rate: 10, meanRate: 1.9 })
      assert.deepStrictEqual(fast.eta, Duration.seconds(7))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(run)
    }))

  it.effect("keeps its rates while the wall clock is set back", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const wrong = {
        ...clock,
        currentTimeMillisUnsafe: () => 1e12 - clock.currentTimeMillisUnsafe(),
      }
      const program = Effect.gen(function* () {
        const progress = yield* Progress.make()
        const run = yield* Stream.range(1, 20).pipe(
          Bulk.forEach(() => Effect.sleep("1 second"), { progress, concurrency: 1 }),
          Stream.runDrain,
          Effect.forkChild,
        )
        yield* TestClock.adjust("10 seconds")
        assert.deepInclude(yield* progress.now, { done: 10, rate: 1, meanRate: 1 })
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(run)
      })
      yield* Effect.provideService(program, Clock.Clock, wrong)
    }))

  const totals: ReadonlyArray<number | undefined> = [undefined, NaN, -1, Infinity]
  for (const total of totals) {
    it.effect(`doesn't know what is left of a total of ${total}`, () =>
      Effect.gen(function* () {
        const progress = yield* Progress.make(total === undefined ? {} : { total })
        const { eta, remaining } = yield* progress.now
        assert.isUndefined(remaining)
        assert.isUndefined(eta)
      }))
  }

  it.effect("counts what wasn't tried as settled", () => {
    const { layer } = serving(() => 401)
    return Effect.gen(function* () {
      const progress = yield* Progress.make({ total: 5 })
      yield* collect(
        Stream.fromIterable(emails(5)).pipe(Bulk.upsert(upsertOf, { progress, concurrency: 2 })),
      )
      assert.deepInclude(yield* progress.now, {
        failed: 0,
        inFlight: 0,
        notTried: 2,
        remaining: 3,
        isOver: true,
      })
    }).pipe(Effect.provide(layer))
  })

  it.effect("counts what was interrupted, and is over", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make({ total: 5 })
      const run = yield* Stream.range(1, 5).pipe(
        Bulk.forEach((n) => n === 1 ? Effect.void : Effect.never, { progress, concurrency: 3 }),
        Stream.runDrain,
        Effect.forkChild,
      )
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(run)
      assert.deepInclude(yield* progress.now, {
        done: 1,
        interrupted: 3,
        inFlight: 0,
        remaining: 1,
        isOver: true,
      })
    }))

  it.effect("counts targets of a deletion, not chunks", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make()
      yield* collect(
        Stream.fromIterable(emails(5)).pipe(
          Bulk.delete("unicity", (email) => email, { progress, chunkSize: 2 }),
        ),
      )
      assert.deepInclude(yield* progress.now, { done: 5, inFlight: 0 })
    }).pipe(Effect.provide(sandbox)))

  it.effect("says that a run waits for the rate limit, and until when", () => {
    const { layer } = serving(({ at }) =>
      at < 30_000 ? status(429, "", { "retry-after": String(30 - Math.floor(at / 1000)) })() : 200
    )
    return Effect.gen(function* () {
      const progress = yield* Progress.make()
      const run = yield* Effect.forkChild(
        Stream.runDrain(
          Stream.fromIterable(emails(4)).pipe(Bulk.upsert(upsertOf, { progress })),
        ),
      )
      yield* TestClock.adjust("10 seconds")
      const { at, waitsFor } = yield* progress.now
      assert.strictEqual(waitsFor?.reason, "RateLimit")
      const until = waitsFor?.until ?? at
      assert.closeTo(until.epochMilliseconds - at.epochMilliseconds, 20_000, 100)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(run)
    }).pipe(Effect.provide(layer))
  })

  it.effect("says that a run checks a refusal", () => {
    const { layer } = serving(({ n }) => n === 1 ? 403 : 200)
    return Effect.gen(function* () {
      const progress = yield* Progress.make()
      const slow = (email: string) =>
        email === "c1@example.com"
          ? Effect.delay(Effect.succeed(upsertOf(email)), "10 seconds")
          : upsertOf(email)
      const run = yield* Effect.forkChild(
        Stream.runDrain(Stream.fromIterable(emails(2)).pipe(Bulk.upsert(slow, { progress }))),
      )
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual((yield* progress.now).waitsFor, {
        reason: "Refusal",
        until: undefined,
      })
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(run)
    }).pipe(Effect.provide(layer))
  })
})

describe("Progress.every", () => {
  it.effect("gives the last snapshot when the run ends, and not at the next tick", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make()
      const end = yield* Deferred.make<void>()
      const seen = yield* Effect.forkChild(Stream.runCollect(progress.every("1 hour")))
      const run = yield* Stream.make(1).pipe(
        Bulk.forEach(() => Deferred.await(end), { progress }),
        Stream.runDrain,
        Effect.forkChild,
      )
      yield* TestClock.adjust("1 second")
      yield* Deferred.succeed(end, undefined)
      yield* Fiber.join(run)
      const snapshots = yield* Fiber.join(seen)
      assert.deepStrictEqual(snapshots.map(({ isOver }) => isOver), [false, true])
      assert.strictEqual(snapshots.at(-1)?.done, 1)
    }))

  it.effect("gives one snapshot of a run that is over", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make()
      yield* Stream.runDrain(Stream.make(1).pipe(Bulk.forEach(Effect.succeed, { progress })))
      const snapshots = yield* Stream.runCollect(progress.every("1 second"))
      assert.deepStrictEqual(snapshots.map(({ isOver }) => isOver), [true])
    }))
})

describe("Progress", () => {
  it.effect("has nothing that a program could change", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make()
      assert.deepStrictEqual(Object.keys(progress).sort(), ["every", "now"])
    }))
})

describe("Progress.format", () => {
  const at = DateTime.makeUnsafe("2026-11-25T12:00:00Z")
  const snapshot = (changes: Partial<Progress.Snapshot> = {}): Progress.Snapshot => ({
    at,
    done: 1_231,
    failed: 3,
    notTried: 0,
    interrupted: 0,
    inFlight: 16,
    retried: 5,
    remaining: 8_766,
    elapsed: Duration.seconds(20),
    rate: 61,
    meanRate: 61.7,
    eta: Duration.seconds(144),
    waitsFor: undefined,
    isOver: false,
    ...changes,
  })
  const waitsFor = (reason: Progress.Waiting["reason"], seconds?: number) => ({
    rate: 0,
    eta: undefined,
    waitsFor: {
      reason,
      until: seconds === undefined ? undefined : DateTime.add(at, { seconds }),
    },
  })
  const cases: ReadonlyArray<
    readonly [what: string, changes: Partial<Progress.Snapshot>, line: string, bar: string]
  > = [
    [
      "a run",
      {},
      "1,234 of 10,000 (12 %), 3 failed, 61/s, 2m 24s left",
      "██░░░░░░░░░░░░░░░░░░  12 %  1,234/10,000  3 failed  61/s  2m 24s",
    ],
    [
      "a run without a total",
      { remaining: undefined, eta: undefined, failed: 0 },
      "1,231, 61/s",
      "1,231  61/s",
    ],
    [
      "a run of nothing",
      { done: 0, failed: 0, remaining: 0, rate: 0, eta: undefined },
      "0 of 0 (100 %), 0/s",
      "███████████████████████████████████████████████  100 %  0/0  0/s",
    ],
    [
      "an outage",
      waitsFor("Outage", 270),
      "1,234 of 10,000 (12 %), 3 failed, waits for NP6 to respond, gives up in 4m 30s",
      "12 %  1,234/10,000  3 failed  waits for NP6 to respond, gives up",
    ],
    [
      "a rate limit",
      waitsFor("RateLimit", 27.4),
      "1,234 of 10,000 (12 %), 3 failed, waits for the rate limit, 28s",
      "12 %  1,234/10,000  3 failed  waits for the rate limit, 28s",
    ],
    [
      "a refusal",
      waitsFor("Refusal"),
      "1,234 of 10,000 (12 %), 3 failed, checks a refusal",
      "█░░░░░░░░░░░░░░░  12 %  1,234/10,000  3 failed  checks a refusal",
    ],
    [
      "a run that was stopped",
      { isOver: true, notTried: 16, interrupted: 1, remaining: 8_749, eta: undefined },
      "1,251 in 20s, 3 failed, 16 not tried, 1 interrupted, 61.7/s",
      "12 %  1,251/10,000  3 failed  16 not tried  1 interrupted  61.7/",
    ],
  ]
  for (const [what, changes, line, bar] of cases) {
    it(`writes a line for a log: ${what}`, () =>
      assert.strictEqual(Progress.format(snapshot(changes)), line))

    it(`writes a bar of no more than its width: ${what}`, () => {
      assert.strictEqual(Progress.format(snapshot(changes), { as: "bar", width: 64 }), bar)
      for (const width of [0, 1, 20, 40.5, 64, 80, 200]) {
        const text = Progress.format(snapshot(changes), { as: "bar", width })
        assert.isAtMost(text.length, width)
      }
    })
  }

  it("has a bar of 80 characters by default", () =>
    assert.lengthOf(Progress.format(snapshot(), { as: "bar" }), 80))
})
