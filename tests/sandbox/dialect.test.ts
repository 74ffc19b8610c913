import { assert, describe, it } from "@effect/vitest"
import { Sandbox, type SeedDialect } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { ask, call, create, versioned } from "../harness/sandboxCalls.ts"

const test = (
  name: string,
  dialect: SeedDialect,
  effect: Effect.Effect<void, unknown, Sandbox>,
) => it.effect(name, () => Effect.provide(effect, Sandbox.layerWith({ dialect })))

const keysOfTarget = Effect.map(
  ask("GET", "/targets/000MLGPR"),
  ([, body]) => Object.keys(body as object),
)

describe("a dialect", () => {
  const common = ["id", "creationDate", "lastUpdateDate", "fields"]
  const shapes: ReadonlyArray<readonly [SeedDialect["target"] & string, Array<string>]> = [
    ["all", ["id", "hash", ...common.slice(1), "bounce", "redList"]],
    ["withoutHash", [...common, "bounce", "redList"]],
    ["withoutBounces", ["id", "hash", ...common.slice(1)]],
  ]
  for (const [target, keys] of shapes) {
    test(
      `with a target ${target} shows ${keys.join(", ")}`,
      { target },
      Effect.gen(function* () {
        yield* create("a@b.c")
        assert.deepStrictEqual(yield* keysOfTarget, keys)
      }),
    )
  }

  test(
    "with createStatus 201 creates with it, and upserts with 200",
    { createStatus: 201 },
    Effect.gen(function* () {
      const json = { 8103: "a@b.c" }
      assert.strictEqual((yield* call("POST", "/targets", { json })).status, 201)
      assert.strictEqual((yield* call("PUT", "/targets", { json: { 8103: "d@e.f" } })).status, 200)
    }),
  )

  test(
    "with texts for conflicts has the API page's words in the bodies of 409",
    { conflictBody: "text" },
    Effect.gen(function* () {
      yield* create("a@b.c")
      const member = "/targets/000MLGPR/segments/12345"
      yield* call("POST", member)
      const conflicts = [
        ["POST", "/targets", "A target with this unicity already exists", "its unicity is taken"],
        [
          "POST",
          member,
          "This target is already in the segment",
          "the target is in the segment already",
        ],
        [
          "DELETE",
          "/targets/000MLGPR/segments/14105",
          "You can't remove a target from a dynamic segment",
          "the segment is dynamic",
        ],
      ] as const
      for (const [method, path, text, reason] of conflicts) {
        const json = { 8103: "a@b.c" }
        const reply = yield* call(method, path, path === "/targets" ? { json } : {})
        assert.deepStrictEqual(
          [reply.status, reply.text, reply.headers.get("x-sandbox-reason")],
          [409, text, reason],
        )
      }
    }),
  )

  test(
    "without content for bulk deletes returns 204",
    { bulkDelete: "noContent" },
    Effect.gen(function* () {
      yield* create("a@b.c")
      const json = { type: "id", value: ["000MLGPR"] }
      assert.deepStrictEqual(
        yield* ask("DELETE", "/targets", { json, headers: versioned }),
        [204, ""],
      )
    }),
  )
})
