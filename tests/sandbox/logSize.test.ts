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
})
