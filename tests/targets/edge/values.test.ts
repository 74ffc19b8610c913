import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { assertSafe } from "../../harness/edge/endpoint.ts"
import { positions } from "../../harness/edge/positions.ts"
import { others, selections, texts } from "../../harness/edge/values.ts"

describe("arguments: a value is refused, or makes the one request of its endpoint, as", () => {
  for (const position of positions) {
    const isSelection = position.kind === "selection"
    it.effect(position.name, () =>
      Effect.gen(function* () {
        const values: ReadonlyArray<unknown> = isSelection
          ? [...selections, ...others]
          : [...texts, ...others]
        const results = yield* Effect.forEach(values, (value) => assertSafe(position, value))
        // Both occur, or the test couldn't tell a check from none.
        assert.include(results, "refused")
        assert.include(results, "sent")
      }))
  }
})

const byId = { type: "id", value: ["000MLGPR"] }
const bySegment = { type: "segment", value: 12345 }

describe("arguments: below the base URL", () => {
  const bases = [
    "https://np6.example",
    "HTTPS://NP6.EXAMPLE:443/",
    "https://np6.example:8443/a",
    "https://np6.example/a/b/",
    "https://np6.example//a//",
    "https://np6.example/a/../b",
    "https://np6.example/%2e%2e/c",
    "https://np6.example/..%2fd",
    "https://np6.example/a;b=c/é/%ff",
    "https://np6.example\\back\\slash",
    " https://np6.example/space ",
    "https://np6.example/tab\t/new\nline",
    "https://np6.example./dot",
    "https://ünï.example/",
    "https://[2001:db8::1]/six",
    "http://127.0.0.1:8080/loop",
    "https://np6.example/targets",
    "https://np6.example/targets/000MLGPR/",
    "https://np6.example/$&{id}",
  ]
  for (const baseUrl of bases) {
    it.effect(`${JSON.stringify(baseUrl)} each request is its endpoint's`, () =>
      Effect.forEach(positions, (position) =>
        Effect.forEach(
          position.kind === "selection" ? [{}, byId, bySegment] : ["..", "../x", "000MLGPR", 1],
          (value) => assertSafe(position, value, { baseUrl }),
        ), { discard: true }))
  }
})
