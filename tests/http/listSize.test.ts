import { assert, describe, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { Effect, Stream } from "effect"
import { inPieces } from "../harness/bodyInPieces.ts"
import { recording } from "../harness/recording.ts"

const utf8 = new TextEncoder()
const one = JSON.stringify({
  id: "000MLGPR",
  creationDate: "2016-04-04T08:55:00Z",
  lastUpdateDate: "2016-04-25T14:27:00Z",
  fields: {},
})

describe("a stream", () => {
  it.effect("may have an element of 16 MiB, and none that is larger", () => {
    const size = 16 * 1024 * 1024
    const sized = (bytes: number) => {
      const target = { ...JSON.parse(one), fields: { 8103: "" } }
      const missing = bytes - JSON.stringify(target).length
      return JSON.stringify({ ...target, fields: { 8103: "x".repeat(missing) } })
    }
    const { layer } = recording([
      () => new Response(`[${one},${sized(size)},${one}]`),
      () => new Response(`[${one},${sized(size + 1)},${one}]`),
    ])
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual(yield* Stream.runCount(targets.stream), 3)
      const error = yield* Effect.flip(Stream.runDrain(targets.stream))
      assert.propertyVal(error, "reason", "TooLarge")
      assert.propertyVal(error, "delivered", 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("with an element beyond 16 MiB fails before it holds it all", () => {
    const mebibyte = utf8.encode("x".repeat(1024 * 1024))
    const { layer } = recording([
      inPieces(
        [utf8.encode(`[${one},{"id":"`), ...Array.from({ length: 64 }, () => mebibyte)],
        "hang",
      ),
    ])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(Stream.runDrain(targets.stream))
      assert.propertyVal(error, "reason", "TooLarge")
      assert.propertyVal(error, "delivered", 1)
    }).pipe(Effect.provide(layer))
  })
})
