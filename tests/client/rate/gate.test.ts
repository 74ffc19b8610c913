import { assert, describe, it } from "@effect/vitest"
import { RateLimit, RetryPolicy, Targets } from "@effect-np6/targets"
import { Clock, Duration, Effect, Exit, Fiber, Layer, Logger, References } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { makeQueue } from "../../../src/client/rate/adaptive.ts"
import {
  json,
  recording,
  sampleTarget,
  type Scripted,
  status,
  transport,
} from "../../harness/recording.ts"

const answer = (status: number | undefined): RateLimit.Observation => ({
  status,
  retryAfter: undefined,
  headers: {},
})

/** Forks as many requests as there are names; each writes its name and the time when it may go. */
const queue = Effect.fnUntraced(function* (gate: RateLimit.Gate, names: ReadonlyArray<string>) {
  const passed: Array<string> = []
  const fibers = new Map<string, Fiber.Fiber<void>>()
  for (const name of names) {
    const request = Effect.gen(function* () {
      yield* gate.acquire
      passed.push(`${name} ${yield* Clock.currentTimeMillis}`)
    })
    fibers.set(name, yield* Effect.forkChild(request, { startImmediately: true }))
  }
  return { passed, fibers }
})

const oneIn100Millis = RateLimit.fixed({ limit: 10, burst: 1 })

it.effect("the queue is empty again after whoever waited, however that ended", () =>
  Effect.gen(function* () {
    const queue = makeQueue()
    const ends = [Effect.void, Effect.fail("no"), Effect.die("no"), Effect.interrupt, Effect.never]
    for (const end of ends) {
      assert.isTrue(queue.isEmpty())
      const sleeping = Effect.andThen(Effect.sleep("1 second"), end)
      const fiber = yield* Effect.forkChild(queue.wait(sleeping), { startImmediately: true })
      const behind = yield* Effect.forkChild(queue.wait(Effect.never), { startImmediately: true })
      assert.isFalse(queue.isEmpty())
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.isFalse(queue.isEmpty())
      yield* Fiber.interrupt(behind)
    }
    assert.isTrue(queue.isEmpty())
  }))

describe("acquire", () => {
  it.effect("lets requests go in the order in which they came", () =>
    Effect.gen(function* () {
      const gate = yield* oneIn100Millis.make
      const { passed } = yield* queue(gate, ["a", "b", "c", "d"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(passed, ["a 0", "b 100", "c 200", "d 300"])
    }))

  it.effect("lets nobody overtake those who wait, though the limit has risen meanwhile", () =>
    Effect.gen(function* () {
      const gate = yield* RateLimit.adaptive.make
      yield* gate.acquire
      yield* gate.observe(answer(429))
      const next = yield* Effect.forkChild(gate.acquire)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(next)
      const { passed } = yield* queue(gate, ["a"])
      const good = Effect.repeat(gate.observe(answer(200)), { times: 100 })
      yield* Fiber.join(yield* Effect.forkChild(good))
      yield* TestClock.adjust("100 millis")
      // It sleeps for another 150.
      assert.lengthOf(passed, 0)
      const late = yield* queue(gate, ["b"])
      assert.lengthOf(late.passed, 0)
      yield* TestClock.adjust("150 millis")
      assert.lengthOf(passed, 1)
      assert.lengthOf(late.passed, 1)
    }))

  it.effect("gives the place of an interrupted request to the next, and loses no permit", () =>
    Effect.gen(function* () {
      const gate = yield* oneIn100Millis.make
      const { fibers, passed } = yield* queue(gate, ["a", "b", "c", "d", "e"])
      yield* TestClock.adjust("50 millis")
      for (const name of ["b", "d"]) {
        const fiber = fibers.get(name)
        if (fiber !== undefined) yield* Fiber.interrupt(fiber)
      }
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(passed, ["a 0", "c 100", "e 200"])
      // Nobody waits any more: the way is short again.
      yield* gate.acquire
    }))

  it.effect("can be interrupted at any time", () =>
    Effect.gen(function* () {
      const gate = yield* RateLimit.fixed({ limit: 1, window: "1 hour", burst: 1 }).make
      yield* gate.acquire
      const exit = yield* Effect.exit(
        Effect.timeout(gate.acquire, "1 second").pipe(
          Effect.forkChild({ startImmediately: true }),
          Effect.tap(() => TestClock.adjust("1 second")),
          Effect.flatMap(Fiber.join),
        ),
      )
      assert.isTrue(Exit.isFailure(exit))
    }))

  it.effect("doesn't wait, sleep or queue while nothing limits", () =>
    Effect.gen(function* () {
      const gate = yield* RateLimit.adaptive.make
      for (let i = 0; i < 1000; i++) {
        // Without a TestClock.adjust, a sleep would never end.
        yield* gate.acquire
        yield* gate.observe(answer(i % 3 === 0 ? 500 : i % 3 === 1 ? undefined : 404))
      }
    }))

  it.effect("waits no longer than it must: a good answer ends an outage for all who wait", () =>
    Effect.gen(function* () {
      const gate = yield* RateLimit.adaptive.make
      const failing = Effect.gen(function* () {
        yield* gate.acquire
        yield* gate.observe({ ...answer(503), retryAfter: Duration.seconds(30) })
      })
      for (let i = 0; i < 10; i++) yield* failing
      // The probe is on its way, and the next one is due in two seconds.
      const probe = yield* Effect.forkChild(Effect.gen(function* () {
        yield* gate.acquire
        yield* Effect.sleep("100 millis")
        yield* gate.observe(answer(200))
      }))
      yield* TestClock.adjust("29 seconds")
      assert.isUndefined(probe.pollUnsafe())
      const { passed } = yield* queue(gate, ["a"])
      yield* TestClock.adjust("1900 millis")
      assert.lengthOf(passed, 1)
    }))
})

describe("observe", () => {
  const seconds = (text: string) => ({ "x-ratelimit-reset": text })
  const outages: ReadonlyArray<
    readonly [name: string, observation: Partial<RateLimit.Observation>, millis: number]
  > = [
    ["failures", { status: 500 }, 1_000],
    ["no answers", { status: undefined }, 1_000],
    ["refusals that say when the limit is as if unused", { headers: seconds("30") }, 30_000],
    [
      "refusals that say how long to wait too",
      { headers: seconds("30"), retryAfter: Duration.seconds(5) },
      5_000,
    ],
    [
      "failures that say when a limit is as if unused",
      { status: 500, headers: seconds("30") },
      1_000,
    ],
  ]
  for (const [name, observation, millis] of outages) {
    it.effect(`takes ten ${name} for an outage, and waits for its end`, () =>
      Effect.gen(function* () {
        const gate = yield* RateLimit.adaptive.make
        const request = gate.acquire.pipe(
          Effect.andThen(gate.observe({ ...answer(429), ...observation })),
          Effect.andThen(Clock.currentTimeMillis),
        )
        let outage = 0
        for (let i = 0; i < 10; i++) {
          const fiber = yield* Effect.forkChild(request, { startImmediately: true })
          while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("100 millis")
          outage = yield* Fiber.join(fiber)
        }
        const { passed } = yield* queue(gate, ["a"])
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(passed, [`a ${outage + millis}`])
      }))
  }

  for (const status of [500, 503, undefined]) {
    it.effect(`doesn't take ${status ?? "no answer"} for a part of the rate that is reached`, () =>
      Effect.gen(function* () {
        const gate = yield* RateLimit.adaptive.make
        yield* gate.acquire
        for (let i = 0; i < 8; i++) yield* gate.observe(answer(status))
        yield* gate.observe(answer(200))
        yield* gate.observe(answer(429))
        const { passed } = yield* queue(gate, ["a"])
        yield* TestClock.adjust("1 second")
        // Two answers within the half second over which they are counted.
        assert.deepStrictEqual(passed, [`a ${Math.ceil(1000 / (0.7 * 4))}`])
      }))
  }

  it.effect("takes an observation of an unknown request for one of the newest", () =>
    Effect.gen(function* () {
      const gate = yield* RateLimit.adaptive.make
      yield* gate.acquire
      yield* Fiber.join(yield* Effect.forkChild(gate.observe(answer(429))))
      const { passed } = yield* queue(gate, ["a"])
      assert.lengthOf(passed, 0)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(passed, 1)
    }))

  it.effect("gates of one value don't share a limit", () =>
    Effect.gen(function* () {
      const one = yield* RateLimit.adaptive.make
      const other = yield* RateLimit.adaptive.make
      yield* one.acquire
      yield* one.observe(answer(429))
      yield* other.acquire
    }))
})

describe("a call", () => {
  const breaking = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) }))
  const cases: ReadonlyArray<
    readonly [what: string, answer: () => Scripted, status?: number, seconds?: string]
  > = [
    ["how it was answered", json(sampleTarget), 200],
    ["how long to wait", status(429, "", { "retry-after": "7" }), 429, "7"],
    ["that there was no answer", transport.reset],
    ["that the answer broke off", breaking],
  ]
  for (const [what, answer, status, seconds] of cases) {
    it.effect(`tells its gate ${what}`, () => {
      const seen: Array<RateLimit.Observation> = []
      const gate: RateLimit.Gate = {
        acquire: Effect.void,
        observe: (observation) => Effect.sync(() => void seen.push(observation)),
      }
      const { layer } = recording([answer], {
        retry: RetryPolicy.none,
        rateLimit: { make: Effect.succeed(gate) },
      })
      return Effect.gen(function* () {
        yield* Effect.exit((yield* Targets).get("000MLGPR"))
        assert.lengthOf(seen, 1)
        assert.strictEqual(seen[0]?.status, status)
        assert.strictEqual(seen[0]?.headers["retry-after"], seconds)
        assert.deepStrictEqual(
          seen[0]?.retryAfter,
          seconds === undefined ? undefined : Duration.seconds(Number(seconds)),
        )
      }).pipe(Effect.provide(layer))
    })
  }
})

describe("fixed", () => {
  it.effect("counts a window of any length, and a burst", () =>
    Effect.gen(function* () {
      const gate = yield* RateLimit.fixed({ limit: 60, window: "1 minute", burst: 3 }).make
      const { passed } = yield* queue(gate, ["a", "b", "c", "d", "e"])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(passed, ["a 0", "b 0", "c 0", "d 1000", "e 2000"])
    }))

  it.effect("lets a tenth of a second's go at once, if nothing else is said", () =>
    Effect.gen(function* () {
      const gate = yield* RateLimit.fixed({ limit: 100 }).make
      const { passed } = yield* queue(gate, Array.from({ length: 20 }, (_, n) => String(n)))
      assert.lengthOf(passed, 11)
    }))

  it.effect("makes do with what makes no sense", () =>
    Effect.gen(function* () {
      for (const limit of [0, -1, NaN]) {
        const gate = yield* RateLimit.fixed({ limit, burst: NaN }).make
        const { passed } = yield* queue(gate, ["a", "b"])
        yield* TestClock.adjust("2 seconds")
        assert.lengthOf(passed, 2)
      }
    }))
})

describe("none", () => {
  it.effect("lets everything through, whatever it is told", () =>
    Effect.gen(function* () {
      const gate = yield* RateLimit.none.make
      for (let i = 0; i < 100; i++) {
        yield* gate.acquire
        yield* gate.observe(answer(429))
      }
    }))
})

describe("fromRateLimiter", () => {
  const memory = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))

  it.effect("shares one limit between gates", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const rateLimit = RateLimit.fromRateLimiter(limiter, {
        key: "np6",
        limit: 10,
        algorithm: "token-bucket",
      })
      const [one, other] = [yield* rateLimit.make, yield* rateLimit.make]
      const count = { passed: 0 }
      for (const gate of [one, other]) {
        const request = Effect.gen(function* () {
          yield* gate.acquire
          count.passed += 1
          yield* Effect.sleep("1 millis")
        })
        yield* Effect.forkChild(Effect.forever(request), { startImmediately: true })
      }
      yield* TestClock.adjust("10 seconds")
      // The bucket's 10, then 10 a second.
      assert.isAtLeast(count.passed, 105)
      assert.isAtMost(count.passed, 112)
    }).pipe(Effect.provide(memory)))

  for (const [window, millis] of [[undefined, 1_000], ["1 minute", 60_000]] as const) {
    it.effect(`lets what a window of ${window ?? "a second"} takes go at once`, () =>
      Effect.gen(function* () {
        const limiter = yield* RateLimiter.RateLimiter
        const options = { key: "np6", limit: 3, ...(window === undefined ? {} : { window }) }
        const gate = yield* RateLimit.fromRateLimiter(limiter, options).make
        const { passed } = yield* queue(gate, ["a", "b", "c", "d", "e", "f", "g"])
        yield* TestClock.adjust("2 minutes")
        const times = [0, 0, 0, millis, millis, millis, 2 * millis]
        assert.deepStrictEqual(passed.map((line) => Number(line.slice(2))), times)
      }).pipe(Effect.provide(memory)))
  }

  it.effect("slows down by itself when the server refuses all the same", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const gate = yield* RateLimit.fromRateLimiter(limiter, { key: "np6", limit: 1000 }).make
      yield* gate.acquire
      yield* gate.observe(answer(429))
      const { passed } = yield* queue(gate, ["a"])
      assert.lengthOf(passed, 0)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(passed, 1)
    }).pipe(Effect.provide(memory)))

  it.effect("goes on without the store when that fails, and says so once", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const reason = new RateLimiter.RateLimitStoreError({ message: "it is down" })
      let isDown = true
      const unsteady: RateLimiter.RateLimiter = {
        ...limiter,
        consume: (options) =>
          Effect.suspend(() =>
            isDown
              ? Effect.fail(new RateLimiter.RateLimiterError({ reason }))
              : limiter.consume(options)
          ),
      }
      const logged: Array<unknown> = []
      const logger = Logger.make(({ fiber, message }) => {
        logged.push([message, fiber.getRef(References.CurrentLogAnnotations)])
      })
      const warning = [
        ["The store of the rate limit fails; requests go on without it"],
        { failure: "RateLimitStoreError" },
      ]
      const gate = yield* RateLimit.fromRateLimiter(unsteady, { key: "np6", limit: 1 }).make
      yield* Effect.gen(function* () {
        for (let i = 0; i < 5; i++) yield* gate.acquire
        assert.deepStrictEqual(logged, [warning])
        isDown = false
        yield* gate.acquire
        isDown = true
        for (let i = 0; i < 5; i++) yield* gate.acquire
        assert.deepStrictEqual(logged, [warning, warning])
      }).pipe(Effect.provide(Logger.layer([logger])))
    }).pipe(Effect.provide(memory)))
})
