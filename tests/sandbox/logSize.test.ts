import { assert, describe, it } from "@effect/vitest"
import { Fault, Sandbox, type WireRequest } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"

const request: WireRequest = {
  method: "GET",
  url: new URL("https://x.invalid/targets"),
  headers: new Headers(),
  body: new Uint8Array(),
}

describe("the log of a sandbox that runs for long", () => {
  it.effect("holds the last 100,000 requests", () =>
    Effect.gen(function* () {
      const { handle, requests, script } = yield* Sandbox
      // The answer that is made soonest.
      yield* script({ times: Infinity, fault: Fault.refuse })
      const ask = (times: number) => Effect.replicateEffect(Effect.exit(handle(request)), times)
      const idsAfter = (times: number) =>
        Effect.map(Effect.andThen(ask(times), requests), (log) => [
          log.length,
          log[0]?.requestId.slice(-5),
          log.at(-1)?.requestId.slice(-5),
        ])
      assert.deepStrictEqual(yield* idsAfter(100_000), [100_000, "00001", "186a0"])
      assert.deepStrictEqual(yield* idsAfter(2), [100_000, "00003", "186a2"])
    }).pipe(Effect.provide(Sandbox.layer)))

  it.effect("holds the last 64 MiB, of each body its first 64 KiB", () =>
    Effect.gen(function* () {
      const { handle, requests, script } = yield* Sandbox
      yield* script({ times: Infinity, fault: Fault.refuse })
      const body = new TextEncoder().encode("x".repeat(100_000))
      const headers = new Headers({ "content-length": "100000" })
      yield* Effect.replicateEffect(Effect.exit(handle({ ...request, headers, body })), 2_000)
      const log = yield* requests
      assert.strictEqual(log.at(-1)?.index, 2_000)
      assert.deepInclude(log[0], { body: "x".repeat(65_536), bodyBytes: 100_000 })
      const bytes = log.reduce((sum, one) => sum + one.body.length, 0)
      assert.isAtMost(bytes, 64 * 1024 * 1024)
      assert.isAtLeast(bytes, 60 * 1024 * 1024)
    }).pipe(Effect.provide(Sandbox.layer)))

  it.effect("is as small again after small requests", () =>
    Effect.gen(function* () {
      const { handle, requests } = yield* Sandbox
      const body = new TextEncoder().encode("x".repeat(65_536))
      yield* Effect.replicateEffect(handle({ ...request, body }), 1_100)
      const large = (yield* requests).length
      yield* Effect.replicateEffect(handle(request), 5_000)
      assert.isBelow(large, 1_100)
      assert.isAbove((yield* requests).length, 5_000)
    }).pipe(Effect.provide(Sandbox.layer)))
})
