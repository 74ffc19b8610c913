/**
 * The library under timers that are faked, as tests of programs fake them: they pass without the
 * system's monotonic clock, and the wall clock stands still or jumps.
 */
import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import {
  Bulk,
  type Np6Options,
  Progress,
  RateLimit,
  RetryPolicy,
  Targets,
} from "@effect-np6/targets"
import { Effect, Fiber, Redacted, Schedule, Stream } from "effect"
import { RateLimiter } from "effect/persistence"
import { sampleTarget } from "../harness/recording.ts"

const live = (options: Partial<Np6Options> = {}) =>
  Targets.layerFetch({ apiKey: Redacted.make("a-key"), ...options })

const get = Targets.use((targets) => targets.get("000MLGPR"))

const twenty = Effect.all(Array.from({ length: 20 }, () => get), { concurrency: "unbounded" })

/** Has the global `fetch` respond; the result counts the requests. */
const respond = (response: (n: number) => Response | undefined) => {
  const sent = { count: 0 }
  vi.spyOn(globalThis, "fetch").mockImplementation(() => {
    const found = response(++sent.count)
    return found === undefined ? new Promise(() => {}) : Promise.resolve(found)
  })
  return sent
}

const found = () => Response.json(sampleTarget)
const status = (code: number) => () => new Response("", { status: code })

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000)

const rows = (count: number) =>
  Stream.range(1, count).pipe(
    Bulk.upsert((n) => ({ unicity: `c${n}@example.com`, values: { 8103: `c${n}@example.com` } }), {
      maxOutage: "1 minute",
    }),
  )

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe("with vitest's fake timers", () => {
  beforeEach(() => void vi.useFakeTimers())

  it("a call times out when the timers say so, and the next one too", async () => {
    respond(() => undefined)
    for (const _ of ["first", "second"]) {
      const failed = Effect.runPromise(
        Effect.provide(Effect.flip(get), live({ retry: RetryPolicy.none })),
      )
      await pass(30)
      assert.propertyVal(await failed, "reason", "Timeout")
    }
  })

  it("a call that lost its timer doesn't keep later ones of its layer from their timeout", async () => {
    respond(() => undefined)
    const failed = await Effect.runPromise(
      Effect.gen(function* () {
        yield* Effect.forkChild(get)
        yield* Effect.promise(() => pass(1))
        // The first call's timer goes with the timers that are uninstalled here.
        yield* Effect.sync(() => {
          vi.useRealTimers()
          vi.useFakeTimers()
        })
        const fiber = yield* Effect.forkChild(Effect.flip(get))
        yield* Effect.promise(() => pass(30))
        return fiber.pollUnsafe()
      }).pipe(Effect.provide(live({ retry: RetryPolicy.none }))),
    )
    assert.strictEqual(failed?._tag, "Success")
  })

  it("a call is retried after the waits of its policy", async () => {
    const sent = respond(status(503))
    const failed = Effect.runPromise(Effect.provide(Effect.flip(get), live()))
    await pass(2)
    assert.strictEqual((await failed).attempts, 3)
    assert.strictEqual(sent.count, 3)
  })

  it("RetryPolicy: maxElapsed ends the retries of a call", async () => {
    const sent = respond(status(503))
    const retry = RetryPolicy.make({
      retries: 1_000,
      maxDelay: "1 second",
      maxElapsed: "10 seconds",
      budget: "unlimited",
    })
    const failed = Effect.runPromise(Effect.provide(Effect.flip(get), live({ retry })))
    await pass(60)
    assert.strictEqual((await failed)._tag, "ServerError")
    assert.isAtLeast(sent.count, 10)
  })

  it("RateLimit.fixed: calls pass at their rate", async () => {
    const sent = respond(found)
    const all = Effect.runPromise(
      Effect.provide(twenty, live({ rateLimit: RateLimit.fixed({ limit: 10 }) })),
    )
    await pass(1)
    // The clock isn't faked: what has passed by it counts, too.
    assert.include([11, 12], sent.count)
    await pass(1)
    assert.lengthOf(await all, 20)
  })

  it("RateLimit.fixed: keeps its rate where the wall clock is set back an hour", async () => {
    const sent = respond(found)
    const all = Effect.runPromise(
      Effect.provide(twenty, live({ rateLimit: RateLimit.fixed({ limit: 10 }) })),
    )
    await pass(1)
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(1)
    assert.strictEqual(sent.count, 20)
    await all
  })

  it("RateLimit.fromRateLimiter: calls pass at the rate that holds without the store", async () => {
    const sent = respond(found)
    const rateLimit = RateLimit.fromRateLimiter(
      RateLimiter.RateLimiter.of({
        ...{} as RateLimiter.RateLimiter,
        consume: () => Effect.die("the store is down"),
      }),
      { key: "np6", limit: 100, onStoreFailure: { limit: 10 } },
    )
    const all = Effect.runPromise(Effect.provide(twenty, live({ rateLimit })))
    await pass(3)
    assert.strictEqual(sent.count, 20)
    await all
  })

  it("Bulk.upsert: goes on after an outage", async () => {
    const sent = respond((n) => n <= 40 ? status(503)() : found())
    const outcomes = Effect.runPromise(
      Effect.provide(Stream.runCollect(rows(30)), live()),
    )
    await pass(40)
    assert.deepStrictEqual((await outcomes).map(({ _tag }) => _tag), Array(30).fill("Done"))
    assert.isAtLeast(sent.count, 70)
  })

  it("Bulk.upsert: ends after maxOutage", async () => {
    respond(status(503))
    const exit = Effect.runPromise(
      Effect.provide(Effect.flip(Stream.runDrain(rows(30))), live()),
    )
    await pass(90)
    assert.strictEqual((await exit)._tag, "ServerError")
  })

  it("Progress.every: gives a snapshot a tick, and ends with the run", async () => {
    respond(found)
    const program = Effect.gen(function* () {
      const progress = yield* Progress.make()
      const snapshots = yield* Effect.forkChild(Stream.runCollect(progress.every("1 second")))
      yield* Stream.make(1, 2).pipe(
        Bulk.forEach(() => Effect.andThen(Effect.sleep("5 seconds"), get), {
          concurrency: 1,
          progress,
        }),
        Stream.runDrain,
      )
      return yield* Fiber.join(snapshots)
    })
    const snapshots = Effect.runPromise(Effect.provide(program, live()))
    await pass(11)
    assert.lengthOf(await snapshots, 11)
  })
})

describe("with timers that are faked, and clocks that aren't", () => {
  beforeEach(() =>
    void vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate"],
    })
  )

  it("RetryPolicy: a schedule that measures time ends with it", async () => {
    const sent = respond(status(503))
    const retry = RetryPolicy.make({
      schedule: Schedule.spaced("1 second").pipe(Schedule.upTo({ duration: "3500 millis" })),
      budget: "unlimited",
    })
    const failed = Effect.runPromise(Effect.provide(Effect.flip(get), live({ retry })))
    await pass(20)
    await failed
    assert.strictEqual(sent.count, 5)
  })
})

describe("with a Date that stands still", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }))

  it("RateLimit.fixed: calls pass", async () => {
    respond(found)
    const rateLimit = RateLimit.fixed({ limit: 1_000, burst: 1 })
    assert.lengthOf(await Effect.runPromise(Effect.provide(twenty, live({ rateLimit }))), 20)
  })
})
