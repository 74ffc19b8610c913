import { assert, describe, it } from "@effect/vitest"
import { Bulk, InvalidInput, Progress, RetryPolicy, Targets } from "@effect-np6/targets"
import { Clock, Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { collect, counts, emails, errorOf, tags, upsertOf } from "../harness/bulk.ts"
import { serving } from "../harness/serving.ts"
import { status } from "../harness/recording.ts"

const upsertAll = (count: number, options: Bulk.BulkOptions<string>) =>
  Stream.fromIterable(emails(count)).pipe(Bulk.upsert(upsertOf, options))
const soon = (seconds: number) => Effect.sleep(seconds * 1000)

describe("stop", () => {
  it.effect("sends nothing more, waits for what is under way, and ends without a failure", () => {
    const { layer, requests } = serving(() => 200, { latency: 3_000 })
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(
        upsertAll(100, { concurrency: 4, stop: soon(4) }),
      )
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(counts(outcomes), { Done: 8 })
      assert.strictEqual(requests.length, 8)
      assert.isAtMost(requests.at(-1)?.at ?? Infinity, 4_000)
    }).pipe(Effect.provide(layer))
  })

  it.effect("leaves NotTried what waits for a retry, for its key, or for the rate limit", () => {
    const { layer, requests } = serving(({ n }) =>
      n === 1 ? status(429, "", { "retry-after": "50" })() : 200
    )
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(
        Stream.make("first", "second").pipe(
          Bulk.upsert((name) => ({ unicity: "a@b.c", values: { 8102: name } }), { stop: soon(10) }),
        ),
      )
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(outcomes, [
        { _tag: "NotTried", input: "first", applied: "no" },
        { _tag: "NotTried", input: "second", applied: "no" },
      ])
      assert.strictEqual(requests.length, 1)
      // Not after the 50 seconds that its retry would have waited.
      assert.isAtMost(yield* Clock.currentTimeMillis, 12_000)
    }).pipe(Effect.provide(layer))
  })

  it.effect("says that an attempt that failed may have been applied", () => {
    const { layer, requests } = serving(({ n }) => n === 1 ? 503 : 200)
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(upsertAll(1, { stop: soon(0.055) }))
      assert.strictEqual(requests.length, 1)
      assert.deepStrictEqual(outcomes, [
        { _tag: "NotTried", input: "c0@example.com", applied: "unknown" },
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("lets a request under way end, though its retry isn't sent any more", () => {
    const { layer, requests } = serving(() => 503, { latency: 2_000 })
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(upsertAll(3, { stop: soon(1) }))
      assert.strictEqual(requests.length, 3)
      assert.deepStrictEqual(tags(outcomes), ["NotTried", "NotTried", "NotTried"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("waits for the requests of a row that are under way, and sends no other of it", () => {
    const { layer, requests } = serving(({ n }) => n === 1 ? 503 : 200, {
      latency: ({ n }) => n === 2 ? 5_000 : 50,
      // With jitter, the retry could begin before the stop.
      retry: RetryPolicy.make({ jitter: false }),
    })
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.make("a@b.c").pipe(
          Bulk.forEach(
            (email) =>
              Targets.use((targets) =>
                Effect.all([targets.upsert(email, {}), targets.getByUnicity(email)], {
                  concurrency: "unbounded",
                })
              ),
            { stop: soon(0.06) },
          ),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["NotTried"])
      assert.strictEqual(requests.length, 2)
      assert.isAtLeast(yield* Clock.currentTimeMillis, 5_000)
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends a run in an outage", () => {
    const { layer } = serving(() => 503)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(100, { stop: soon(30) }))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(new Set(tags(outcomes)), new Set(["NotTried"]))
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends a run whose source gives nothing", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const run = yield* Stream.never.pipe(
        Bulk.forEach(Effect.succeed, { stop: Deferred.await(stop) }),
        Stream.runCollect,
        Effect.forkChild,
      )
      yield* TestClock.adjust("1 second")
      assert.isUndefined(run.pollUnsafe())
      yield* Deferred.succeed(stop, undefined)
      assert.deepStrictEqual(yield* Fiber.join(run), [])
    }))

  it.effect("waits for an effect that sends no requests of ours", () =>
    Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.make(1, 2, 3).pipe(
          Bulk.forEach((n) => Effect.as(Effect.sleep("10 seconds"), n), {
            concurrency: 2,
            stop: soon(5),
          }),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Done"])
    }))

  it.effect("changes nothing when it comes after the end, or never", () => {
    const { layer } = serving(() => 200)
    return Effect.gen(function* () {
      for (const stop of [soon(1_000), Effect.never]) {
        const { exit, outcomes } = yield* collect(upsertAll(10, { stop }))
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepStrictEqual(counts(outcomes), { Done: 10 })
      }
    }).pipe(Effect.provide(layer))
  })
})

it.effect("stop: leaves an interruption as it is", () => {
  const { layer } = serving(() => 503)
  return Effect.gen(function* () {
    const unfinished: Array<unknown> = []
    const run = yield* upsertAll(1, {
      stop: Effect.never,
      onUnfinished: (outcomes) => Effect.sync(() => unfinished.push(...outcomes)),
    }).pipe(Stream.runDrain, Effect.forkChild)
    yield* TestClock.adjust("51 millis")
    yield* Fiber.interrupt(run)
    assert.deepStrictEqual(unfinished, [
      { _tag: "Interrupted", input: "c0@example.com", applied: "unknown" },
    ])
  }).pipe(Effect.provide(layer))
})

describe("options that aren't usable fail the stream with InvalidInput, and nothing is sent", () => {
  // No program with types has some of these.
  const refused: { readonly [option: string]: ReadonlyArray<unknown> } = {
    concurrency: [0, -1, 1.5, NaN, Infinity, "16", null],
    maxOutage: [0, -1, NaN, "soon"],
    chunkSize: [0, -1, 1.5, NaN, Infinity, "16", null],
  }
  for (const [option, values] of Object.entries(refused)) {
    for (const value of values) {
      it.effect(`${option} ${typeof value === "number" ? value : JSON.stringify(value)}`, () => {
        const { layer, requests } = serving(() => 200)
        return Effect.gen(function* () {
          const options = { [option]: value } as Bulk.BulkOptions<string>
          const { exit, outcomes } = yield* collect(
            Stream.make("a@b.c").pipe(Bulk.delete("unicity", (email) => email, options)),
          )
          const error = errorOf(exit)
          assert.instanceOf(error, InvalidInput)
          assert.strictEqual(error.input, option)
          assert.deepStrictEqual(outcomes, [])
          assert.strictEqual(requests.length, 0)
        }).pipe(Effect.provide(layer))
      })
    }
  }

  it.effect("a progress that another run has, or has had", () =>
    Effect.gen(function* () {
      const progress = yield* Progress.make()
      const run = Stream.make(1).pipe(Bulk.forEach(Effect.succeed, { progress }), Stream.runDrain)
      yield* run
      const error = yield* Effect.flip(run)
      assert.instanceOf(error, InvalidInput)
      assert.strictEqual(error.input, "progress")
      assert.strictEqual((yield* progress.now).done, 1)
    }))
})
