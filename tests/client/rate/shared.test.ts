import { assert, describe, it } from "@effect/vitest"
import { RateLimit } from "@effect-np6/targets"
import { Duration, Effect, Exit, Layer, Logger, References, type Scope } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { bulk, gateOf, outcome, request, single, wait } from "../../harness/gates.ts"

const memory = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))

/** How a store fails: at once, by a bug, or by silence. */
const failures = {
  fails: Effect.fail(
    new RateLimiter.RateLimiterError({
      reason: new RateLimiter.RateLimitStoreError({ message: "it is down" }),
    }),
  ),
  dies: Effect.die(new TypeError("a bug")),
  "doesn't respond": Effect.never,
}

interface Store {
  isDown: boolean
  asked: number
  readonly gate: RateLimit.Gate
}

/** A gate over a store that may go down. */
const gateOver = Effect.fnUntraced(function* (
  options: Partial<RateLimit.SharedOptions>,
  failure: keyof typeof failures = "fails",
): Effect.fn.Return<Store, never, RateLimiter.RateLimiter | Scope.Scope> {
  const limiter = yield* RateLimiter.RateLimiter
  const store = { isDown: false, asked: 0 }
  const unsteady: RateLimiter.RateLimiter = {
    ...limiter,
    consume: (options) =>
      Effect.suspend(() => {
        store.asked++
        return store.isDown ? failures[failure] : limiter.consume(options)
      }),
  }
  const rateLimit = RateLimit.fromRateLimiter(unsteady, { key: "np6", limit: 10, ...options })
  return Object.assign(store, { gate: yield* gateOf(rateLimit) })
})

const names = (count: number) => Array.from({ length: count }, (_, n) => String(n))
const times = (passed: ReadonlyArray<string>) => passed.map((line) => Number(line.split(" ")[1]))

describe("RateLimit.fromRateLimiter", () => {
  it.effect("shares one limit between gates", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const rateLimit = RateLimit.fromRateLimiter(limiter, {
        key: "np6",
        limit: 10,
        algorithm: "token-bucket",
      })
      const gates = [yield* gateOf(rateLimit), yield* gateOf(rateLimit)]
      let passed = 0
      for (const gate of gates) {
        const one = Effect.gen(function* () {
          yield* gate.acquire(bulk())
          passed += 1
          yield* Effect.sleep("1 millis")
        })
        yield* Effect.forkChild(Effect.forever(one), { startImmediately: true })
      }
      yield* TestClock.adjust("10 seconds")
      // The bucket's 10, then 10 a second.
      assert.isAtLeast(passed, 105)
      assert.isAtMost(passed, 112)
    }).pipe(Effect.provide(memory)))

  for (const [window, millis] of [[undefined, 1_000], ["1 minute", 60_000]] as const) {
    it.effect(`lets the requests of a window of ${window ?? "a second"} pass at once`, () =>
      Effect.gen(function* () {
        const { gate } = yield* gateOver({ limit: 3, window })
        const { passed } = yield* wait(gate, names(7))
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(times(passed), [0, 0, 0, millis, millis, millis, 2 * millis])
      }).pipe(Effect.provide(memory)))
  }

  it.effect("slows down when NP6 refuses requests within the limit", () =>
    Effect.gen(function* () {
      const { gate } = yield* gateOver({ limit: 1000 })
      yield* request(gate, outcome(429))
      const { passed } = yield* wait(gate, ["a"])
      assert.lengthOf(passed, 0)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(passed, 1)
    }).pipe(Effect.provide(memory)))

  it.effect("fails with Overdue once a request has waited for its maxWait", () =>
    Effect.gen(function* () {
      const { gate } = yield* gateOver({ limit: 1, maxWait: "1500 millis" })
      assert.deepStrictEqual(gate.maxWait, Duration.millis(1500))
      const { fibers, passed } = yield* wait(gate, names(4), () => single(gate.maxWait))
      yield* TestClock.adjust("1499 millis")
      assert.isUndefined(fibers.get("2")?.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(times(passed), [0, 1000])
      assert.deepStrictEqual(fibers.get("2")?.pollUnsafe(), Exit.fail({ _tag: "Overdue" }))
      assert.deepStrictEqual(fibers.get("3")?.pollUnsafe(), Exit.fail({ _tag: "Overdue" }))
    }).pipe(Effect.provide(memory)))
})

describe("RateLimit.fromRateLimiter, when the store fails", () => {
  for (const failure of ["fails", "dies", "doesn't respond"] as const) {
    it.effect(`waits for it by default, and asks it once a second: it ${failure}`, () =>
      Effect.gen(function* () {
        const store = yield* gateOver({ storeTimeout: "500 millis" }, failure)
        store.isDown = true
        const { passed } = yield* wait(store.gate, names(3))
        yield* TestClock.adjust("10 seconds")
        assert.lengthOf(passed, 0)
        assert.isAtMost(store.asked, 11)
        assert.isTrue(store.gate.watch?.isDown())
        store.isDown = false
        yield* TestClock.adjust("2 seconds")
        assert.lengthOf(passed, 3)
        assert.isFalse(store.gate.watch?.isDown())
      }).pipe(Effect.provide(memory)))

    it.effect(`keeps to a limit of its own where it is given one: it ${failure}`, () =>
      Effect.gen(function* () {
        const store = yield* gateOver({
          limit: 100,
          onStoreFailure: { limit: 10 },
          storeTimeout: "100 millis",
        }, failure)
        store.isDown = true
        const { passed } = yield* wait(store.gate, names(200))
        yield* TestClock.adjust("10 seconds")
        // The bucket's two, then ten a second, less what the silent store costs.
        assert.isAtLeast(passed.length, 85)
        assert.isAtMost(passed.length, 103)
        assert.isFalse(store.gate.watch?.isDown())
        assert.isAtMost(store.asked, 11)
        store.isDown = false
        yield* TestClock.adjust("2 seconds")
        assert.lengthOf(passed, 200)
      }).pipe(Effect.provide(memory)))
  }

  it.effect("lets a single call wait for no longer than its maxWait", () =>
    Effect.gen(function* () {
      const store = yield* gateOver({}, "doesn't respond")
      store.isDown = true
      const { fibers } = yield* wait(store.gate, names(3), () => single(Duration.seconds(5)))
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(fibers.get("0")?.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      for (const fiber of fibers.values()) {
        assert.deepStrictEqual(fiber.pollUnsafe(), Exit.fail({ _tag: "Overdue" }))
      }
    }).pipe(Effect.provide(memory)))

  const cases = {
    "requests wait for it": { onStoreFailure: "wait" },
    "a limit of this machine's own holds until it works": { onStoreFailure: { limit: 10 } },
  } as const
  for (const [what, options] of Object.entries(cases)) {
    it.effect(`logs a line when it goes and one when it is back: ${what}`, () =>
      Effect.gen(function* () {
        const logged: Array<unknown> = []
        const logger = Logger.make(({ fiber, logLevel, message }) => {
          logged.push([logLevel, message, fiber.getRef(References.CurrentLogAnnotations)])
        })
        const store = yield* gateOver(options)
        yield* Effect.gen(function* () {
          for (let round = 0; round < 2; round++) {
            store.isDown = true
            yield* wait(store.gate, names(5))
            yield* TestClock.adjust("10 seconds")
            store.isDown = false
            yield* wait(store.gate, names(1))
            yield* TestClock.adjust("10 seconds")
          }
        }).pipe(Effect.provide(Logger.layer([logger])))
        const gone = [
          "Warn",
          [`The store of the rate limit fails; ${what}`],
          { failure: "RateLimitStoreError" },
        ]
        const back = ["Info", ["The store of the rate limit works again"], {}]
        assert.deepStrictEqual(logged, [gone, back, gone, back])
      }).pipe(Effect.provide(memory)))
  }
})
