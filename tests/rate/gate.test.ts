import { assert, describe, it } from "@effect/vitest"
import { RateLimit, RetryPolicy, Targets } from "@effect-np6/targets"
import { Clock, Duration, Effect, Exit, Fiber, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import {
  json,
  recording,
  sampleTarget,
  type Scripted,
  status,
  transport,
} from "../support/recording.ts"

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

describe("acquire", () => {
  it.effect("lets requests go in the order in which they came", () =>
    Effect.gen(function* () {
      const gate = yield* oneIn100Millis.make
      const { passed } = yield* queue(gate, ["a", "b", "c", "d"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(passed, ["a 0", "b 100", "c 200", "d 300"])
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

  it.effect("goes on without the store when that fails", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const broken: RateLimiter.RateLimiter = {
        ...limiter,
        consume: () =>
          Effect.fail(
            new RateLimiter.RateLimiterError({
              reason: new RateLimiter.RateLimitStoreError({ message: "it is down" }),
            }),
          ),
      }
      const gate = yield* RateLimit.fromRateLimiter(broken, { key: "np6", limit: 1 }).make
      for (let i = 0; i < 5; i++) yield* gate.acquire
    }).pipe(Effect.provide(memory)))
})
