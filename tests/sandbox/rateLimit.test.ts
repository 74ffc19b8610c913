import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { call, type Options } from "../harness/sandboxCalls.ts"

const names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"]

const probe = (options?: Options) =>
  Effect.map(call("GET", "/targets", options), ({ headers, status }) => [
    status,
    ...names.map((name) => headers.get(name)),
  ])

describe("a rate limit", () => {
  it.effect("refuses with 429 what a key asks beyond it, until the bucket has refilled", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* probe(), [200, "2", "1", "2", null])
      assert.deepStrictEqual(yield* probe(), [200, "2", "0", "4", null])
      assert.deepStrictEqual(yield* probe(), [429, "2", "0", "4", "2"])
      yield* TestClock.adjust("1999 millis")
      assert.deepStrictEqual(yield* probe(), [429, "2", "0", "3", "1"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* probe(), [200, "2", "0", "4", null])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* probe(), [200, "2", "1", "2", null])
    }).pipe(Effect.provide(Sandbox.layerWith({ rateLimit: { perSecond: 0.5, burst: 2 } }))))

  it.effect("is each key's own, and nobody's without a key", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* probe())[0], 200)
      assert.strictEqual((yield* probe())[0], 429)
      assert.strictEqual((yield* probe({ key: "readOnly" }))[0], 200)
      assert.deepStrictEqual(yield* probe({ key: null }), [401, null, null, null, null])
    }).pipe(Effect.provide(Sandbox.layerWith({ rateLimit: { perSecond: 1, burst: 1 } }))))

  it.effect("need not say how long to wait, and is full again after a reset", () =>
    Effect.gen(function* () {
      yield* probe()
      assert.deepStrictEqual(yield* probe(), [429, "1", "0", "1", null])
      yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.reset)
      assert.strictEqual((yield* probe())[0], 200)
    }).pipe(
      Effect.provide(
        Sandbox.layerWith({ rateLimit: { perSecond: 1, burst: 1, retryAfter: false } }),
      ),
    ))
})
