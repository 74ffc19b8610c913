import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, ServerError, Targets } from "@effect-np6/targets"
import { Clock, Duration, Effect, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"
import { decider, earn, type Spending } from "../../src/client/replay.ts"
import { json, recording, sampleTarget, status } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"

const failure = new ServerError({
  operation: "targets.get",
  applied: "no",
  attempts: 1,
  status: 503,
})
const withRandom = (next: number) =>
  Effect.provideService(Random.Random, { nextDoubleUnsafe: () => next, nextIntUnsafe: () => 0 })

/** How many retries one call gets, of at most 50. */
const retriesOf = (policy: RetryPolicy.RetryPolicy, spending: Spending) =>
  Effect.gen(function* () {
    const decide = decider(policy, spending, yield* Clock.Clock)
    let attempts = 1
    while (attempts <= 50 && (yield* decide(failure, attempts)) !== undefined) attempts++
    return attempts - 1
  })
const withBudget = (budget: RetryPolicy.Budget | "unlimited") =>
  RetryPolicy.make({ retries: Infinity, budget })

describe("the credit of a layer", () => {
  const earned: ReadonlyArray<
    readonly [name: string, ratio: number, calls: number, before: number, after: number]
  > = [
    ["never grows beyond nothing spent", 0.1, 1000, 0, 0],
    ["is earned back down to nothing spent, and no further", 0.25, 1000, 3, 0],
    ["is earned back by the ratio", 0.25, 4, 3, 2],
    ["isn't earned back with a ratio of 0", 0, 1000, 3, 3],
    ["isn't spent by a negative ratio", -1, 1000, 3, 3],
    ["isn't lost to a ratio that is no number", NaN, 1000, 3, 3],
    ["may be earned back whole", Infinity, 1, 3, 0],
  ]
  for (const [name, ratio, calls, before, after] of earned) {
    it(name, () => {
      const spending = { spent: before }
      const policy = withBudget({ ratio, reserve: 10 })
      for (let i = 0; i < calls; i++) earn(spending, policy)
      assert.strictEqual(spending.spent, after)
    })
  }

  it("isn't earned without a budget", () => {
    const spending = { spent: 3 }
    earn(spending, withBudget("unlimited"))
    assert.strictEqual(spending.spent, 3)
  })

  it.effect("after 1,000 successes is worth no more than the reserve in an outage", () => {
    let isDown = false
    const { requests, layer } = recording([() => isDown ? status(503)() : json(sampleTarget)()])
    return Effect.gen(function* () {
      const targets = yield* Targets
      for (let i = 0; i < 1000; i++) yield* targets.get("000MLGPR")
      assert.strictEqual(requests.length, 1000)
      isDown = true
      requests.length = 0
      for (let calls = 1; calls <= 100; calls++) {
        yield* Effect.exit(inTime(targets.get("000MLGPR")))
        assert.isAtMost(requests.length - calls, 10 + 0.1 * calls)
      }
      // All of it is spent, but for less than one.
      assert.isAtLeast(requests.length - 100, 19)
    }).pipe(Effect.provide(layer))
  })
})

describe("the reserve of a budget", () => {
  const reserves: ReadonlyArray<readonly [reserve: number, spent: number, retries: number]> = [
    [10, 0, 10],
    [10, 9, 1],
    [10, 9.01, 0],
    [10, 10, 0],
    [3, 0, 3],
    [2.5, 0, 2],
    [1, 0, 1],
    [1, 0.5, 0],
    [0.99, 0, 0],
    [0, 0, 0],
    [-1, 0, 0],
    [NaN, 0, 0],
    [Infinity, 0, 50],
  ]
  for (const [reserve, spent, retries] of reserves) {
    it.effect(`${reserve} with ${spent} spent is worth ${retries} retries`, () =>
      Effect.gen(function* () {
        const spending = { spent }
        assert.strictEqual(
          yield* retriesOf(withBudget({ ratio: 0, reserve }), spending),
          retries,
        )
        assert.strictEqual(spending.spent, spent + retries)
      }))
  }

  it.effect("isn't touched by a policy without a budget", () =>
    Effect.gen(function* () {
      const spending = { spent: 10 }
      assert.strictEqual(yield* retriesOf(withBudget("unlimited"), spending), 50)
      assert.strictEqual(spending.spent, 10)
    }))

  it.effect("isn't spent on a retry that doesn't come", () =>
    Effect.gen(function* () {
      const spending = { spent: 0 }
      const policy = RetryPolicy.make({
        ...withBudget({ ratio: 0, reserve: 10 }),
        maxElapsed: "0 seconds",
      })
      assert.strictEqual(yield* withRandom(1)(retriesOf(policy, spending)), 0)
      assert.strictEqual(spending.spent, 0)
    }))
})

describe("a number of retries", () => {
  const numbers: ReadonlyArray<readonly [retries: number, made: number]> = [
    [NaN, 0],
    [-1, 0],
    [0, 0],
    [0.5, 0],
    [1, 1],
    [1.5, 1],
    [2, 2],
    [Infinity, 50],
  ]
  for (const [retries, made] of numbers) {
    it.effect(`of ${retries} makes ${made}`, () =>
      Effect.gen(function* () {
        const policy = RetryPolicy.make({ budget: "unlimited", retries })
        assert.strictEqual(yield* retriesOf(policy, { spent: 0 }), made)
      }))
  }
})

describe("a Retry-After", () => {
  const now = Date.parse("2026-11-23T12:00:00Z")
  for (const code of [429, 503]) {
    it.effect(`that has passed takes nothing from the wait after a ${code}`, () => {
      const { requests, layer } = recording([
        status(code, "", { "retry-after": "Mon, 23 Nov 2026 11:00:00 GMT" }),
        json(sampleTarget),
      ])
      return Effect.gen(function* () {
        yield* TestClock.setTime(now)
        const targets = yield* Targets
        const fiber = yield* Effect.forkChild(targets.get("000MLGPR").pipe(withRandom(1)))
        yield* TestClock.adjust("499 millis")
        assert.strictEqual(requests.length, 1)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(requests.length, 2)
        yield* Fiber.join(fiber)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("that has passed is no wait on the error", () => {
    const { layer } = recording(
      [status(429, "", { "retry-after": "Mon, 23 Nov 2026 11:00:00 GMT" })],
      { retry: RetryPolicy.none },
    )
    return Effect.gen(function* () {
      yield* TestClock.setTime(now)
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.list)
      assert.isTrue("retryAfter" in error)
      assert.deepStrictEqual("retryAfter" in error && error.retryAfter, Duration.zero)
    }).pipe(Effect.provide(layer))
  })
})
