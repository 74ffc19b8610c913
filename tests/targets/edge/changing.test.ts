import { describe, it } from "@effect/vitest"
import { assertSafe } from "../../harness/edge/endpoint.ts"
import { positions } from "../../harness/edge/positions.ts"
import { tricksters, trickySelections } from "../../harness/edge/values.ts"

describe("arguments: a value that changes while it is read makes no request but its endpoint's, as", () => {
  for (const position of positions) {
    const values = position.kind === "selection" ? trickySelections : tricksters
    for (const [name, make] of Object.entries(values)) {
      it.effect(`${position.name}: ${name}`, () =>
        assertSafe(position, make(), { isChanging: true }))
    }
  }
})
