import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { ask, call, create, type Options, versioned } from "../harness/sandboxCalls.ts"

const json = { "content-type": "application/json" }

describe("the text of a 400", () => {
  const cases: ReadonlyArray<
    readonly [words: string, method: string, path: string, options: Options]
  > = [
    ["the body is not JSON", "POST", "/targets", { body: "{", headers: json }],
    [
      "the body is not JSON",
      "POST",
      "/targets",
      { body: new Uint8Array([0x22, 0xff, 0x22]), headers: json },
    ],
    ["the body is not an object of field values", "POST", "/targets", { json: [] }],
    [
      "the body is not as long as its content-length says",
      "POST",
      "/targets",
      { json: {}, headers: { "content-length": "3" } },
    ],
    // Before it says what else is wrong.
    ...([
      ["PUT", "/targets", { fields: { 8103: "a@b.c" } }],
      ["POST", "/targets", { 8103: null, 99: "Doe" }],
      ["POST", "/targets", { 8103: "", 99: "Doe" }],
    ] as const).map(([method, path, json]) =>
      ["target cannot be identified - unicity is null", method, path, { json }] as const
    ),
    [
      "the unicity of the query is not that of the body",
      "PUT",
      "/targets?unicity=a@b.c",
      { json: { 8103: "d@e.f" } },
    ],
    [
      "a unicity has 1 value(s) here",
      "DELETE",
      "/targets",
      { json: { type: "unicity", value: [["a@b.c", "Doe"]] }, headers: versioned },
    ],
    ...[
      { type: "all" },
      { type: "segment", value: ["12345.0"] },
      { type: "segment", value: "+12345" },
    ].map((selection) =>
      [
        "the body does not select targets",
        "DELETE",
        "/targets",
        { json: selection, headers: versioned },
      ] as const
    ),
  ]
  for (const [words, method, path, options] of cases) {
    it.effect(`is that ${words}: ${method} ${path}`, () =>
      Effect.gen(function* () {
        const { headers, status, text } = yield* call(method, path, options)
        assert.deepStrictEqual([status, text], [400, words])
        assert.strictEqual(headers.get("content-type"), "text/plain; charset=utf-8")
      }).pipe(Effect.provide(Sandbox.layer)))
  }
})

describe("the segment of a path", () => {
  for (const segment of ["12345.0", "+12345", "1e4", "x12345"]) {
    it.effect(`that is ${JSON.stringify(segment)} isn't there`, () =>
      Effect.gen(function* () {
        const [id] = yield* create("a@b.c")
        const { status } = yield* call("POST", `/targets/${id}/segments/${segment}`)
        assert.strictEqual(status, 404)
      }).pipe(Effect.provide(Sandbox.layer)))
  }
})

describe("a target that leaves a segment", () => {
  it.effect("stays in the others", () =>
    Effect.gen(function* () {
      const [id] = yield* create("a@b.c")
      for (const segment of [12345, 12346]) yield* ask("POST", `/targets/${id}/segments/${segment}`)
      const [status] = yield* ask("DELETE", `/targets/${id}/segments/12345`)
      assert.strictEqual(status, 204)
      const { targets } = yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
      assert.deepStrictEqual(targets[0]?.segments, [12346])
    }).pipe(Effect.provide(Sandbox.layer)))
})
