import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { assertSafe } from "../../harness/edge/endpoint.ts"
import { positions } from "../../harness/edge/positions.ts"

const seed = { seed: 20261124 }

describe("arguments: any text is refused, or sent as it is, as", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme", maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom(".", "/", "\\", "%", "2", "e", "f", "?", "#", "a", "\ud800"),
    }),
    fc.stringMatching(/^[0-9A-Za-z_-]{1,64}$/),
  )
  for (const position of positions.filter(({ kind }) => kind === "id" || kind === "unicity")) {
    it.effect(position.name, () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(text, async (value) => {
            await Effect.runPromise(assertSafe(position, value))
          }),
          { ...seed, numRuns: 200 },
        )
      ))
  }
})

describe("arguments: any value makes no request but its endpoint's, as", () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  })
  const selection = fc.oneof(
    anything,
    fc.record({
      type: fc.constantFrom<unknown>("id", "unicity", "segment", "all", undefined),
      value: fc.oneof(anything, fc.array(fc.oneof(fc.string(), anything)), fc.integer()),
    }),
  )
  for (const position of positions) {
    it.effect(position.name, () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(position.kind === "selection" ? selection : anything, async (value) => {
            await Effect.runPromise(assertSafe(position, value, { isChanging: true }))
          }),
          { ...seed, numRuns: 80 },
        )
      ))
  }
})
