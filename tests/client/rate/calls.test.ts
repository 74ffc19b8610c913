import { assert, describe, it } from "@effect/vitest"
import { RateLimit, RateLimited, RetryPolicy, Targets } from "@effect-np6/targets"
import { Clock, Duration, Effect, Exit, Fiber, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { json, recording, sampleTarget, status, transport } from "../../harness/recording.ts"
import type { Scripted } from "../../harness/recording.ts"
import { inTime } from "../../harness/time.ts"

const { adaptive } = RateLimit
const get = Effect.flatMap(Targets, (targets) => targets.get("000MLGPR"))
/** How long an effect takes, and how it ends. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const exit = yield* Effect.exit(effect)
    return { exit, millis: (yield* Clock.currentTimeMillis) - start }
  })

describe("a call", () => {
  const breaking = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) }))
  const cases: ReadonlyArray<
    readonly [what: string, answer: () => Scripted, status?: number, seconds?: string]
  > = [
    ["its status", json(sampleTarget), 200],
    ["how long to wait", status(429, "", { "retry-after": "7" }), 429, "7"],
    ["that there was no response", transport.reset],
    ["that the response broke off", breaking],
  ]
  for (const [what, answer, status, seconds] of cases) {
    it.effect(`reports to its gate ${what}`, () => {
      const seen: Array<RateLimit.Observation> = []
      const gate: RateLimit.Gate = {
        acquire: () =>
          Effect.succeed((observation) => Effect.sync(() => void seen.push(observation))),
      }
      const { layer } = recording([answer], {
        retry: RetryPolicy.none,
        rateLimit: { make: Effect.succeed(gate) },
      })
      return Effect.gen(function* () {
        yield* Effect.exit(get)
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

  it.effect("tells its gate which requests belong together, and no bulk run", () => {
    const seen: Array<RateLimit.GateRequest> = []
    const gate: RateLimit.Gate = {
      acquire: (request) => {
        seen.push(request)
        return Effect.succeed(() => Effect.void)
      },
    }
    const { layer } = recording([status(503), json(sampleTarget)], {
      timeout: "7 seconds",
      rateLimit: { make: Effect.succeed(gate) },
    })
    return Effect.gen(function* () {
      yield* inTime(get)
      yield* get
      assert.deepStrictEqual(seen.map(({ isBulk }) => isBulk), [false, false, false])
      assert.deepStrictEqual(seen.map(({ maxWait }) => maxWait), Array(3).fill(Duration.seconds(7)))
      assert.strictEqual(seen[0]?.call, seen[1]?.call)
      assert.notStrictEqual(seen[1]?.call, seen[2]?.call)
    }).pipe(Effect.provide(layer))
  })

  it.effect("in an outage fails as fast as without a limit: five a second for a minute", () => {
    const { requests, layer } = recording([status(503)], { rateLimit: adaptive })
    return Effect.gen(function* () {
      const calls = yield* Effect.forkChild(Effect.forEach(
        Array.from({ length: 300 }, (_, n) => n),
        (n) => Effect.delay(timed(get), n * 200),
        { concurrency: "unbounded" },
      ))
      yield* TestClock.adjust("65 seconds")
      const ends = yield* Fiber.join(calls)
      assert.isTrue(ends.every(({ exit }) => Exit.isFailure(exit)))
      assert.isAtMost(Math.max(...ends.map(({ millis }) => millis)), 5_000)
      assert.isAtMost(requests.length, 340)
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails with RateLimited and no attempts when a 429 holds it back for its timeout", () => {
    const { requests, layer } = recording([status(429)], {
      timeout: "5 seconds",
      retry: RetryPolicy.none,
      rateLimit: adaptive,
    })
    return Effect.gen(function* () {
      // Ten refused at once leave a rate of one request in two seconds.
      yield* Effect.all(Array.from({ length: 10 }, () => Effect.exit(get)), {
        concurrency: "unbounded",
      })
      const sent = requests.length
      const calls = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 20 }, () => timed(Effect.flip(get))), {
          concurrency: "unbounded",
        }),
      )
      yield* TestClock.adjust("5 seconds")
      const ends = yield* Fiber.join(calls)
      const errors = ends.map(({ exit }) => Exit.isSuccess(exit) ? exit.value : undefined)
      const held = errors.filter((error) => error instanceof RateLimited && error.attempts === 0)
      assert.isAbove(held.length, 0)
      assert.strictEqual(held.length, 20 - (requests.length - sent))
      assert.deepStrictEqual(new Set(held.map((error) => error?.applied)), new Set(["no" as const]))
      assert.isAtMost(Math.max(...ends.map(({ millis }) => millis)), 5_000)
    }).pipe(Effect.provide(layer))
  })

  it.effect("counts its waits over all attempts, and says how many it made", () => {
    const { requests, layer } = recording([status(503)], {
      retry: RetryPolicy.make({ schedule: Schedule.recurs(5) }),
      rateLimit: RateLimit.fixed({ limit: 1, burst: 1, maxWait: "2500 millis" }),
    })
    return Effect.gen(function* () {
      const call = yield* Effect.forkChild(timed(Effect.flip(get)))
      yield* TestClock.adjust("1 minute")
      const { exit, millis } = yield* Fiber.join(call)
      assert.strictEqual(requests.length, 3)
      assert.strictEqual(millis, 2_500)
      const error = Exit.isSuccess(exit) ? exit.value : undefined
      assert.instanceOf(error, RateLimited)
      assert.strictEqual(error.attempts, 3)
      assert.isUndefined(error.status)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that may have been applied says so when a limit ends it", () => {
    const { layer } = recording([transport.reset], {
      retry: RetryPolicy.make({ schedule: Schedule.recurs(5) }),
      rateLimit: RateLimit.fixed({ limit: 1, burst: 1, maxWait: "500 millis" }),
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(inTime(targets.upsert("a@b.c", { 8103: "a@b.c" })))
      assert.instanceOf(error, RateLimited)
      assert.strictEqual(error.attempts, 1)
      assert.strictEqual(error.applied, "unknown")
    }).pipe(Effect.provide(layer))
  })
})
