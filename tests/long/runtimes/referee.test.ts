import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import type { Check } from "./checks.ts"
import { smoke } from "./checks.ts"
import { obeyAll } from "./program.ts"
import { referee } from "./referee.ts"

const runtime = "Deno" in globalThis ? "Deno" : "Node"

const judged = (checks: ReadonlyArray<Check>) =>
  Effect.scoped(Effect.gen(function* () {
    const { problems, url, verdicts } = yield* referee(runtime, checks)
    yield* Effect.promise(() => obeyAll(url))
    return [...problems(), ...verdicts.flatMap((verdict) => verdict.problems)]
  }))

afterEach(() => vi.restoreAllMocks())

describe("runtimes", () => {
  it.live("referee: finds nothing wrong with the smoke on this runtime", () =>
    Effect.gen(function* () {
      assert.isAbove(smoke.length, 0)
      assert.deepStrictEqual(yield* judged(smoke), [])
    }))

  it.live("referee: notices a fetch that repeats a write on its own", () =>
    Effect.gen(function* () {
      const { fetch } = globalThis
      vi.spyOn(globalThis, "fetch").mockImplementation((...request) =>
        fetch(...request).catch(() => fetch(...request))
      )
      const created = smoke.filter(({ fault, operation }) =>
        operation.name === "create" && fault.name === "reset after the effect"
      )
      const problems = yield* judged(created)
      assert.include(problems, "requests is 2 instead of 1")
      assert.include(problems, "it was applied all the same")
    }))

  it.live("referee: notices a call that nobody made", () =>
    Effect.gen(function* () {
      const { problems } = yield* referee(runtime, smoke)
      assert.deepStrictEqual(problems(), [`${smoke.length} checks are missing`])
    }).pipe(Effect.scoped))
})
