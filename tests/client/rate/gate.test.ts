import { assert, describe, it } from "@effect/vitest"
import { RateLimit } from "@effect-np6/targets"
import { Clock, Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { type Dated, Deadlines } from "../../../src/client/rate/deadlines.ts"
import { Line } from "../../../src/client/rate/line.ts"
import { Stopwatch } from "../../../src/client/rate/stopwatch.ts"
import { bulk, gateOf, outage, outcome, request, single, wait } from "../../harness/gates.ts"

const watchOf = (gate: RateLimit.Gate): RateLimit.Watch =>
  gate.watch ?? assert.fail("it has no watch")

const oneIn100Millis = RateLimit.fixed({ limit: 10, burst: 1 })

it("Deadlines: gives the earliest first, whatever was added and removed", () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean())), (steps) => {
      const deadlines = new Deadlines<Dated>()
      const kept: Array<Dated> = []
      for (const [deadline, isRemoval] of steps) {
        if (isRemoval) {
          const [removed] = kept.splice(deadline % Math.max(1, kept.length), 1)
          if (removed !== undefined) deadlines.remove(removed)
        } else {
          const item = { deadline, index: -1 }
          kept.push(item)
          deadlines.add(item)
        }
        const earliest = kept.map((item) => item.deadline).sort((a, b) => a - b)[0]
        assert.strictEqual(deadlines.first?.deadline, earliest)
      }
      deadlines.remove({ deadline: 0, index: -1 })
    }),
    { seed: 20261125, numRuns: 300 },
  ))

it.effect("Line: is empty again after all who waited, however they ended", () =>
  Effect.gen(function* () {
    const line = new Line()
    const ends = [Effect.void, Effect.fail("no"), Effect.die("no"), Effect.interrupt, Effect.never]
    for (const end of ends) {
      assert.isTrue(line.isEmpty())
      const sleeping = Effect.andThen(Effect.sleep("1 second"), end)
      const fiber = yield* Effect.forkChild(line.run(sleeping), { startImmediately: true })
      const behind = yield* Effect.forkChild(line.run(Effect.never), { startImmediately: true })
      assert.isFalse(line.isEmpty())
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.isFalse(line.isEmpty())
      yield* Fiber.interrupt(behind)
    }
    assert.isTrue(line.isEmpty())
  }))

it.effect("Line: hands over to the next when one in the middle or at the end leaves", () =>
  Effect.gen(function* () {
    const line = new Line()
    const ran: Array<string> = []
    const fibers: Array<Fiber.Fiber<void, RateLimit.Overdue>> = []
    for (const name of ["a", "b", "c", "d"]) {
      const step = Effect.andThen(Effect.sync(() => ran.push(name)), Effect.sleep("1 second"))
      fibers.push(yield* Effect.forkChild(line.run(step), { startImmediately: true }))
    }
    for (const index of [1, 3]) {
      const fiber = fibers[index]
      if (fiber !== undefined) yield* Fiber.interrupt(fiber)
    }
    const late = Effect.sync(() => ran.push("e"))
    yield* Effect.forkChild(line.run(late), { startImmediately: true })
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(ran, ["a", "c", "e"])
    assert.isTrue(line.isEmpty())
  }))

describe("Stopwatch.sleep", () => {
  const sleeps: ReadonlyArray<
    readonly [what: string, slept: number, moved: number, passed: number]
  > = [
    ["counts the clock's time where it moved", 100, 130, 130],
    ["lets a timer fire a millisecond early", 2, 1, 1],
    ["lets a timer fire somewhat early", 100, 99, 99],
    ["counts what was slept where the clock stood still", 100, 0, 100],
    ["counts what was slept where the clock hardly moved", 250, 3, 250],
  ]
  for (const [what, slept, moved, passed] of sleeps) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        let millis = 5
        const moving = {
          ...clock,
          monotonicTimeNanosUnsafe: () => BigInt(millis * 1e6),
          sleep: () => Effect.sync(() => void (millis += moved)),
        }
        const stopwatch = new Stopwatch()
        const now = Effect.withFiber((fiber) => Effect.succeed(stopwatch.now(fiber)))
        yield* Effect.gen(function* () {
          assert.strictEqual(yield* now, 0)
          yield* stopwatch.sleep(slept)
          assert.strictEqual(yield* now, passed)
          millis += 7
          assert.strictEqual(yield* now, passed + 7)
        }).pipe(Effect.provideService(Clock.Clock, moving))
      }))
  }

  it.effect("counts once what several slept at the same time", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const still = { ...clock, monotonicTimeNanosUnsafe: () => 0n }
      const stopwatch = new Stopwatch()
      const both = Effect.all([stopwatch.sleep(100), stopwatch.sleep(100)], { concurrency: 2 })
      const now = Effect.withFiber((fiber) => Effect.succeed(stopwatch.now(fiber)))
      const fiber = yield* Effect.forkChild(
        Effect.provideService(Effect.andThen(both, now), Clock.Clock, still),
      )
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(yield* Fiber.join(fiber), 100)
    }))
})

describe("Gate.acquire", () => {
  it.effect("lets requests pass in the order in which they came", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(oneIn100Millis)
      const { passed } = yield* wait(gate, ["a", "b", "c", "d"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(passed, ["a 0", "b 100", "c 200", "d 300"])
    }))

  it.effect("lets no request overtake those that wait, though the limit has risen meanwhile", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.adaptive)
      yield* request(gate, outcome(429))
      const next = yield* Effect.forkChild(gate.acquire(bulk()))
      yield* TestClock.adjust("1 second")
      const report = yield* Fiber.join(next)
      const { passed } = yield* wait(gate, ["a"])
      yield* Effect.repeat(report(outcome(200)), { times: 100 })
      yield* TestClock.adjust("100 millis")
      // It sleeps for another 150.
      assert.lengthOf(passed, 0)
      const late = yield* wait(gate, ["b"])
      assert.lengthOf(late.passed, 0)
      yield* TestClock.adjust("150 millis")
      assert.lengthOf(passed, 1)
      assert.lengthOf(late.passed, 1)
    }))

  it.effect("gives the place of an interrupted request to the next, and loses no permit", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(oneIn100Millis)
      const { fibers, passed } = yield* wait(gate, ["a", "b", "c", "d", "e"])
      yield* TestClock.adjust("50 millis")
      for (const name of ["b", "d"]) {
        const fiber = fibers.get(name)
        if (fiber !== undefined) yield* Fiber.interrupt(fiber)
      }
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(passed, ["a 0", "c 100", "e 200"])
      // None waits any more, so this needs no sleep.
      yield* gate.acquire(bulk())
    }))

  it.effect("can be interrupted while it waits", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 1, window: "1 hour", burst: 1 }))
      yield* gate.acquire(bulk())
      const exit = yield* Effect.exit(
        Effect.timeout(gate.acquire(bulk()), "1 second").pipe(
          Effect.forkChild({ startImmediately: true }),
          Effect.tap(() => TestClock.adjust("1 second")),
          Effect.flatMap(Fiber.join),
        ),
      )
      assert.isTrue(Exit.isFailure(exit))
    }))

  it.effect("doesn't wait, sleep or queue while nothing limits", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.adaptive)
      for (let i = 0; i < 1000; i++) {
        // Without a TestClock.adjust, a sleep would never end.
        const status = i % 3 === 0 ? 500 : i % 3 === 1 ? undefined : 404
        yield* request(gate, outcome(status))
      }
    }))

  it.effect("fails with Overdue once a request has waited for its maxWait, and frees its place", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(oneIn100Millis)
      const { fibers, passed } = yield* wait(
        gate,
        ["a", "b", "c", "d", "e"],
        () => single(Duration.millis(250)),
      )
      yield* TestClock.adjust("249 millis")
      const last = fibers.get("e")
      assert.isUndefined(last?.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      for (const name of ["d", "e"]) {
        assert.deepStrictEqual(fibers.get(name)?.pollUnsafe(), Exit.fail({ _tag: "Overdue" }))
      }
      assert.deepStrictEqual(passed, ["a 0", "b 100", "c 200"])
      const { passed: later } = yield* wait(gate, ["f"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(later, ["f 300"])
    }))

  it.effect("fails at once with a maxWait of zero, and passes where it needn't wait", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(oneIn100Millis)
      yield* gate.acquire(single(Duration.zero))
      // Without a TestClock.adjust, a sleep would never end.
      const overdue = yield* Effect.flip(gate.acquire(single(Duration.zero)))
      assert.deepStrictEqual(overdue, { _tag: "Overdue" })
    }))

  it.effect("fails in time, however long the first of the queue sleeps", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 1, burst: 1 }))
      yield* gate.acquire(bulk())
      yield* wait(gate, ["first"])
      yield* TestClock.adjust("10 millis")
      for (const millis of [20, 249, 250, 900]) {
        const start = yield* Clock.currentTimeMillis
        const fiber = yield* Effect.forkChild(
          Effect.andThen(
            Effect.flip(gate.acquire(single(Duration.millis(millis)))),
            Clock.currentTimeMillis,
          ),
        )
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* Fiber.join(fiber)) - start, millis)
        yield* wait(gate, ["first"])
      }
    }))

  // What stands still or jumps must not be the clock that measures waits.
  const wrong: { readonly [what: string]: (clock: Clock.Clock) => Partial<Clock.Clock> } = {
    "stands still": () => ({ currentTimeMillisUnsafe: () => 0 }),
    "runs backwards": (clock) => ({
      currentTimeMillisUnsafe: () => 1e12 - clock.currentTimeMillisUnsafe(),
    }),
  }
  for (const [what, change] of Object.entries(wrong)) {
    it.effect(`keeps its rate while the wall clock ${what}`, () =>
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        yield* Effect.gen(function* () {
          const gate = yield* gateOf(RateLimit.fixed({ limit: 10 }))
          const requests = Array.from({ length: 22 }, () => gate.acquire(bulk()))
          const all = yield* Effect.forkChild(Effect.all(requests, { concurrency: "unbounded" }))
          yield* TestClock.adjust("2 seconds")
          assert.isDefined(all.pollUnsafe())
        }).pipe(Effect.provideService(Clock.Clock, { ...clock, ...change(clock) }))
      }))
  }

  it.effect("keeps its rate when it outlives the clock it was made with", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(oneIn100Millis)
      yield* TestClock.adjust("1 hour")
      yield* gate.acquire(bulk())
      const clock = yield* Clock.Clock
      const newer = {
        ...clock,
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() - 3_600_000_000_000n,
      }
      const next = yield* Effect.forkChild(
        Effect.provideService(gate.acquire(bulk()), Clock.Clock, newer),
      )
      yield* TestClock.adjust("100 millis")
      assert.isDefined(next.pollUnsafe())
    }))

  it.effect("fixed: 100,000 requests that wait for a limit of 500/s pass at 475/s or more", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 500 }))
      const count = 100_000
      let passed = 0
      const passes = Effect.map(gate.acquire(single(Duration.hours(1))), () => passed++)
      for (let i = 0; i < count; i++) {
        yield* Effect.forkChild(passes, { startImmediately: true })
      }
      yield* TestClock.adjust(Duration.seconds(count / 475))
      assert.strictEqual(passed, count)
    }))
})

describe("an outage", () => {
  it.effect("holds back bulk runs, and no single call", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.adaptive)
      yield* outage(gate)
      const { passed } = yield* wait(gate, ["a", "b", "c"])
      for (let i = 0; i < 20; i++) yield* request(gate, outcome(503), single())
      assert.deepStrictEqual(passed, [])
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(passed, ["a 1000", "b 2000", "c 3000"])
    }))

  it.effect("with a known limit, lets a single call pass the bulk runs that it holds back", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 10, burst: 10 }))
      yield* outage(gate)
      const halted = yield* wait(gate, ["bulk"])
      const { passed } = yield* wait(gate, ["single", "another"], single)
      yield* TestClock.adjust("200 millis")
      assert.deepStrictEqual(passed, ["single 100", "another 200"])
      assert.deepStrictEqual(halted.passed, [])
    }))

  it.effect("sends those that wait for a limit to wait for its end, out of the way of others", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 10, burst: 10 }))
      yield* Effect.repeat(Effect.suspend(() => request(gate, outcome(503), single())), {
        times: 8,
      })
      const report = yield* gate.acquire(single())
      const halted = yield* wait(gate, ["a", "b"])
      const { passed } = yield* wait(gate, ["single"], single)
      yield* report(outcome(503))
      assert.isTrue(watchOf(gate).isDown())
      yield* TestClock.adjust("200 millis")
      assert.deepStrictEqual(passed, ["single 100"])
      assert.deepStrictEqual(halted.passed, [])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(halted.passed, ["a 1000", "b 2000"])
    }))

  it.effect("ends for all who wait with a single call's success", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.adaptive)
      yield* outage(gate, { ...outcome(503), retryAfter: Duration.seconds(30) })
      const { passed } = yield* wait(gate, ["a", "b"])
      yield* TestClock.adjust("5 seconds")
      assert.lengthOf(passed, 0)
      yield* request(gate, outcome(200), single())
      yield* TestClock.adjust("2 seconds")
      assert.lengthOf(passed, 2)
    }))

  const seconds = (text: string, date?: string) => ({
    "x-ratelimit-reset": text,
    ...(date === undefined ? {} : { date }),
  })
  const cases: ReadonlyArray<
    readonly [name: string, observation: Partial<RateLimit.Observation>, millis: number]
  > = [
    ["failures", { status: 500 }, 1_000],
    ["requests without a response", { status: undefined }, 1_000],
    ["429s with the time until the limit is as if unused", { headers: seconds("30") }, 30_000],
    [
      "429s with that time, by the server's own clock",
      { headers: seconds("1700000030", "Tue, 14 Nov 2023 22:13:20 GMT") },
      30_000,
    ],
    [
      "429s that say how long to wait too",
      { headers: seconds("30"), retryAfter: Duration.seconds(5) },
      5_000,
    ],
    ["failures with the time of a limit", { status: 500, headers: seconds("30") }, 1_000],
  ]
  for (const [name, observation, millis] of cases) {
    it.effect(`is found after ten ${name}, and lasts as long as they ask`, () =>
      Effect.gen(function* () {
        const gate = yield* gateOf(RateLimit.adaptive)
        let found = 0
        for (let i = 0; i < 10; i++) {
          const fiber = yield* Effect.forkChild(
            Effect.andThen(
              request(gate, { ...outcome(429), ...observation }, single()),
              Clock.currentTimeMillis,
            ),
            { startImmediately: true },
          )
          while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("100 millis")
          found = yield* Fiber.join(fiber)
        }
        const { passed } = yield* wait(gate, ["a"])
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(passed, [`a ${found + millis}`])
      }))
  }
})

describe("Gate.watch", () => {
  it.effect("knows at once that there is no outage before the first failure", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.adaptive)
      yield* request(gate, outcome(200))
      assert.strictEqual(yield* watchOf(gate).verdict, false)
    }))

  for (const [status, isOutage] of [[200, false], [503, true]] as const) {
    it.effect(`tells those who ask that failures are an outage: ${isOutage}`, () =>
      Effect.gen(function* () {
        const gate = yield* gateOf(RateLimit.adaptive)
        yield* request(gate, outcome(503))
        const asked = yield* Effect.forkChild(
          Effect.all([watchOf(gate).verdict, watchOf(gate).verdict], { concurrency: "unbounded" }),
          { startImmediately: true },
        )
        assert.isUndefined(asked.pollUnsafe())
        yield* Effect.repeat(Effect.suspend(() => request(gate, outcome(status), single())), {
          times: 8,
        })
        assert.strictEqual(watchOf(gate).isDown(), isOutage)
        assert.deepStrictEqual(yield* Fiber.join(asked), [isOutage, isOutage])
      }))
  }

  it.effect("knows how long the first in the queue has to wait", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 1, window: "1 minute", burst: 1 }))
      const look = watchOf(gate).wait
      yield* gate.acquire(bulk())
      assert.isUndefined(yield* look)
      const { fibers } = yield* wait(gate, ["a"])
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* look, Duration.seconds(40))
      yield* Fiber.interruptAll(fibers.values())
      assert.isUndefined(yield* look)
    }))
})

describe("a report", () => {
  for (const status of [500, 503, undefined]) {
    it.effect(`of ${status ?? "no response"} adds nothing to the measured rate`, () =>
      Effect.gen(function* () {
        const gate = yield* gateOf(RateLimit.adaptive)
        const report = yield* gate.acquire(bulk())
        for (let i = 0; i < 8; i++) yield* report(outcome(status))
        yield* report(outcome(200))
        yield* report(outcome(429))
        const { passed } = yield* wait(gate, ["a"])
        yield* TestClock.adjust("1 second")
        // Two responses within the half second over which they are counted.
        assert.deepStrictEqual(passed, [`a ${Math.ceil(1000 / (0.7 * 4))}`])
      }))
  }

  it.effect("changes the gate of one connection alone", () =>
    Effect.gen(function* () {
      const one = yield* gateOf(RateLimit.adaptive)
      const other = yield* gateOf(RateLimit.adaptive)
      yield* request(one, outcome(429))
      yield* other.acquire(bulk())
    }))
})

describe("RateLimit.fixed", () => {
  it.effect("counts a window of any length, and a burst", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 60, window: "1 minute", burst: 3 }))
      const { passed } = yield* wait(gate, ["a", "b", "c", "d", "e"])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(passed, ["a 0", "b 0", "c 0", "d 1000", "e 2000"])
    }))

  it.effect("lets a tenth of a second's requests pass at once by default", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 100 }))
      const { passed } = yield* wait(gate, Array.from({ length: 20 }, (_, n) => String(n)))
      assert.lengthOf(passed, 11)
    }))

  it.effect("holds single calls back, also after an outage, as fast as its limit", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.fixed({ limit: 100, burst: 10 }))
      yield* outage(gate)
      yield* TestClock.adjust("1 second")
      yield* request(gate, outcome(200), bulk())
      const { passed } = yield* wait(gate, Array.from({ length: 30 }, (_, n) => String(n)), single)
      assert.lengthOf(passed, 9)
      yield* TestClock.adjust("210 millis")
      assert.lengthOf(passed, 30)
    }))
})

describe("RateLimit.none", () => {
  it.effect("lets everything through, whatever the outcomes", () =>
    Effect.gen(function* () {
      const gate = yield* gateOf(RateLimit.none)
      for (let i = 0; i < 100; i++) yield* request(gate, outcome(429))
    }))
})
