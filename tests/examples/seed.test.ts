import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { ask } from "../harness/sandboxCalls.ts"

const text = readFileSync(new URL("../../examples/seed.json", import.meta.url), "utf8")
const seed = JSON.parse(text)

/** A response to the key of NP6's own samples. */
const read = (path: string) => ask("GET", path, { key: { value: "YOUR XKEY" } })

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox>) =>
  it.effect(name, () => Effect.provide(effect, Sandbox.layerJson(text)))

describe("examples/seed.json: what it has is what the sandbox then sends", () => {
  for (const path of ["fields", "valueLists", "segments"]) {
    test(
      `GET /${path}`,
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* read(`/${path}`), [200, seed[path]])
      }),
    )
  }

  test(
    "GET /targets/{id}",
    Effect.gen(function* () {
      for (const { segments: _, ...target } of seed.targets.slice(0, 2)) {
        assert.deepStrictEqual(yield* read(`/targets/${target.id}`), [200, target])
      }
    }),
  )

  test(
    "GET /targets",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read("/targets"), [
        200,
        seed.targets.map(
          ({ creationDate, fields, id, lastUpdateDate }: typeof seed.targets[number]) => ({
            id,
            creationDate,
            lastUpdateDate,
            fields: { 8628: fields["8628"] },
          }),
        ),
      ])
    }),
  )

  test(
    "GET /segments/{id}/targets",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read("/segments/14098/targets"), [200, [
        "000GMLHD",
        "000GMLHE",
      ]])
    }),
  )
})
