import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { addresses, ask, call, create, versioned } from "../harness/sandboxCalls.ts"

const unset = { 8101: null, 8102: null, 8104: null, 8105: null, 8106: null, 8107: null, 8108: null }

const jane = (changes: object = {}) => ({
  id: "000MLGPR",
  hash: "9e26471d35a78862c17e467d87cddedf",
  creationDate: "2016-04-04T08:55:00Z",
  lastUpdateDate: "2016-04-04T08:55:00Z",
  fields: { ...unset, 8103: "jane@example.com" },
  bounce: [],
  redList: {},
  ...changes,
})

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox>) =>
  it.effect(name, () =>
    TestClock.setTime(Date.parse("2016-04-04T08:55:42.123Z")).pipe(
      Effect.andThen(effect),
      Effect.provide(Sandbox.layer),
    ))

describe("list", () => {
  test(
    "lists targets in order of creation, with nothing but their unicity",
    Effect.gen(function* () {
      yield* create("jane@example.com", "john@example.com")
      const dates = { creationDate: "2016-04-04T08:55:00Z", lastUpdateDate: "2016-04-04T08:55:00Z" }
      assert.deepStrictEqual(yield* ask("GET", "/targets"), [200, [
        { id: "000MLGPR", ...dates, fields: { 8103: "jane@example.com" } },
        { id: "000MLGPS", ...dates, fields: { 8103: "john@example.com" } },
      ]])
    }),
  )

  test(
    "an account without targets lists none",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask("GET", "/targets"), [200, []])
    }),
  )
})

describe("get", () => {
  test(
    "a target is found by its id, with every field of the account",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      assert.deepStrictEqual(yield* ask("GET", "/targets/000MLGPR"), [200, jane()])
    }),
  )

  test(
    "an unknown id is 404, with an empty body; ids differ by case",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      assert.deepStrictEqual(yield* ask("GET", "/targets/000MLGPS"), [404, ""])
      assert.deepStrictEqual(yield* ask("GET", "/targets/000mlgpr"), [404, ""])
    }),
  )
})

describe("getByUnicity", () => {
  test(
    "a target is found by its unicity, whatever characters are in it",
    Effect.gen(function* () {
      for (const address of ["jane+news@example.com", "o'brien&co#1@exämple.com", "a%41@b.c"]) {
        yield* create(address)
        const [status, body] = yield* ask("GET", `/targets?unicity=${encodeURIComponent(address)}`)
        assert.strictEqual(status, 200)
        assert.strictEqual((body as { fields: Record<string, string> }).fields["8103"], address)
      }
    }),
  )

  test(
    "a plus sign that is not encoded is a space, so the target is not found",
    Effect.gen(function* () {
      yield* create("jane+news@example.com")
      assert.deepStrictEqual(yield* ask("GET", "/targets?unicity=jane+news@example.com"), [404, ""])
    }),
  )

  test(
    "an unknown, empty or repeated unicity is 404",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      for (const query of ["unicity=x@y.z", "unicity=", "unicity=jane@example.com&unicity=Doe"]) {
        assert.deepStrictEqual(yield* ask("GET", `/targets?${query}`), [404, ""])
      }
    }),
  )

  test(
    "a target is found by the MD5 of its unicity",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      assert.deepStrictEqual(
        yield* ask("GET", "/targets?hash=9e26471d35a78862c17e467d87cddedf"),
        [200, jane()],
      )
      assert.deepStrictEqual(yield* ask("GET", "/targets?hash=0"), [404, ""])
    }),
  )

  test(
    "a hash beside a unicity, and two hashes, are 400",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      const hash = "hash=9e26471d35a78862c17e467d87cddedf"
      for (const query of [`unicity=jane@example.com&${hash}`, `${hash}&${hash}`]) {
        assert.strictEqual((yield* ask("GET", `/targets?${query}`))[0], 400)
      }
    }),
  )
})

describe("create", () => {
  test(
    "returns 200 with the whole target",
    Effect.gen(function* () {
      const json = { 8103: "jane@example.com" }
      assert.deepStrictEqual(yield* ask("POST", "/targets", { json }), [200, jane()])
    }),
  )

  test(
    "a unicity in the query must be that of the body",
    Effect.gen(function* () {
      const json = { 8103: "jane@example.com" }
      assert.deepStrictEqual(
        yield* ask("POST", "/targets?unicity=john@example.com", { json }),
        [400, "the unicity of the query is not that of the body"],
      )
      assert.deepStrictEqual(
        yield* ask("POST", "/targets?unicity=jane@example.com", { json }),
        [200, jane()],
      )
    }),
  )

  test(
    "a target whose unicity is taken is refused with 409 and an empty body",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      const json = { 8103: "jane@example.com", 8102: "Doe" }
      assert.deepStrictEqual(yield* ask("POST", "/targets", { json }), [409, ""])
      assert.deepStrictEqual(yield* ask("GET", "/targets/000MLGPR"), [200, jane()])
    }),
  )

  test(
    "values nested under `fields`, or no unicity at all, are refused in the server's words",
    Effect.gen(function* () {
      for (const json of [{ fields: { 8103: "a@b.c" } }, {}, { 8103: null }, { 8103: "" }]) {
        assert.deepStrictEqual(
          yield* ask("POST", "/targets", { json }),
          [400, "target cannot be identified - unicity is null"],
        )
      }
    }),
  )

  test(
    "a deleted target's unicity is free again, its id is not",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      yield* call("DELETE", "/targets/000MLGPR")
      assert.deepStrictEqual(yield* create("jane@example.com"), ["000MLGPS"])
    }),
  )
})

describe("upsert", () => {
  test(
    "creates a target that is not there, and updates one that is",
    Effect.gen(function* () {
      const path = "/targets?unicity=jane%40example.com"
      const json = { 8103: "jane@example.com" }
      assert.deepStrictEqual(yield* ask("PUT", path, { json }), [200, jane()])
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual(yield* ask("PUT", path, { json: { ...json, 8102: "Doe" } }), [
        200,
        jane({
          lastUpdateDate: "2016-04-04T10:55:00Z",
          fields: { ...unset, 8102: "Doe", 8103: "jane@example.com" },
        }),
      ])
    }),
  )

  test(
    "the query's unicity is not enough: the body must have it, of a target that is there too",
    Effect.gen(function* () {
      const path = "/targets?unicity=jane%40example.com"
      const unidentified = [400, "target cannot be identified - unicity is null"] as const
      assert.deepStrictEqual(yield* ask("PUT", path, { json: { 8101: "Mr" } }), unidentified)
      yield* create("jane@example.com")
      assert.deepStrictEqual(yield* ask("PUT", path, { json: { 8101: "Mr" } }), unidentified)
      assert.deepStrictEqual(yield* ask("GET", "/targets/000MLGPR"), [200, jane()])
    }),
  )

  test(
    "the body's unicity is enough",
    Effect.gen(function* () {
      const sent = { json: { 8103: "jane@example.com" } }
      assert.deepStrictEqual(yield* ask("PUT", "/targets", sent), [200, jane()])
      assert.deepStrictEqual(yield* ask("PUT", "/targets", sent), [200, jane()])
    }),
  )

  test(
    "a unicity that is missing, or not the same in query and body, is 400 and changes nothing",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      const attempts: ReadonlyArray<readonly [string, object]> = [
        ["/targets", {}],
        ["/targets?unicity=", {}],
        ["/targets?unicity=jane@example.com&unicity=Doe", {}],
        ["/targets?unicity=jane@example.com", { 8103: "john@example.com" }],
        ["/targets?unicity=jane@example.com", { 8103: null }],
      ]
      for (const [path, json] of attempts) {
        assert.strictEqual((yield* ask("PUT", path, { json }))[0], 400)
      }
      assert.deepStrictEqual(yield* addresses, ["jane@example.com"])
    }),
  )
})

describe("update", () => {
  test(
    "changes what is given and keeps the rest",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      yield* ask("PUT", "/targets/000MLGPR", { json: { 8101: "Mrs", 8107: ["Books"] } })
      yield* ask("PUT", "/targets/000MLGPR", { json: { 8102: "Doe" } })
      assert.deepStrictEqual(
        yield* ask("PUT", "/targets/000MLGPR", { json: { 8101: null, 8107: [] } }),
        [200, jane({ fields: { ...unset, 8102: "Doe", 8103: "jane@example.com" } })],
      )
    }),
  )

  test(
    "a target can be renamed, but not to a unicity that is taken",
    Effect.gen(function* () {
      const [, john] = yield* create("jane@example.com", "john@example.com")
      const path = `/targets/${john}`
      assert.deepStrictEqual(
        yield* ask("PUT", path, { json: { 8103: "jane@example.com" } }),
        [409, ""],
      )
      assert.strictEqual((yield* ask("PUT", path, { json: { 8103: "jack@example.com" } }))[0], 200)
      assert.strictEqual((yield* ask("GET", "/targets?unicity=john@example.com"))[0], 404)
      assert.strictEqual((yield* ask("GET", "/targets?unicity=jack@example.com"))[0], 200)
      yield* create("john@example.com")
    }),
  )

  test(
    "an unknown id is 404, a mandatory field cannot be cleared",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      assert.deepStrictEqual(yield* ask("PUT", "/targets/X", { json: {} }), [404, ""])
      assert.strictEqual((yield* ask("PUT", "/targets/000MLGPR", { json: { 8103: null } }))[0], 400)
    }),
  )
})

describe("segments", () => {
  test(
    "a target joins and leaves a static segment",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      const { state } = yield* Sandbox
      const path = "/targets/000MLGPR/segments/12345"
      assert.deepStrictEqual(yield* ask("POST", path), [204, ""])
      assert.deepStrictEqual((yield* state).targets.map((one) => one.segments), [[12345]])
      assert.deepStrictEqual(yield* ask("POST", path), [409, ""])
      assert.deepStrictEqual(yield* ask("DELETE", path), [204, ""])
      assert.deepStrictEqual((yield* state).targets.map((one) => one.segments), [[]])
      assert.deepStrictEqual(yield* ask("DELETE", path), [404, ""])
    }),
  )

  test(
    "a body is not needed: an empty object and null do no harm",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      for (const [segment, json] of [[12345, {}], [12346, null]]) {
        const path = `/targets/000MLGPR/segments/${segment}`
        assert.strictEqual((yield* call("POST", path, { json })).status, 204)
      }
    }),
  )

  test(
    "an unknown target or segment is 404, a dynamic segment 409",
    Effect.gen(function* () {
      yield* create("jane@example.com")
      for (const method of ["POST", "DELETE"]) {
        for (const path of ["X/segments/12345", "000MLGPR/segments/1", "000MLGPR/segments/1e4"]) {
          assert.deepStrictEqual(yield* ask(method, `/targets/${path}`), [404, ""])
        }
        assert.deepStrictEqual(yield* ask(method, "/targets/000MLGPR/segments/14105"), [409, ""])
      }
    }),
  )
})

describe("delete", () => {
  test(
    "a deleted target is gone",
    Effect.gen(function* () {
      yield* create("jane@example.com", "john@example.com")
      assert.deepStrictEqual(yield* ask("DELETE", "/targets/000MLGPR"), [204, ""])
      assert.deepStrictEqual(yield* ask("DELETE", "/targets/000MLGPR"), [404, ""])
      assert.deepStrictEqual(yield* addresses, ["john@example.com"])
    }),
  )
})

describe("deleteMany", () => {
  const remove = (json: unknown) => ask("DELETE", "/targets", { json, headers: versioned })
  const people = create("a@b.c", "d@e.f", "g@h.i")

  test(
    "deletes by unicity what is found, and reports it",
    Effect.gen(function* () {
      yield* people
      assert.deepStrictEqual(
        yield* remove({ type: "unicity", value: [["d@e.f"], ["x@y.z"], ["d@e.f"]] }),
        [200, [{ id: "000MLGPS", unicity: ["d@e.f"] }]],
      )
      assert.deepStrictEqual(yield* addresses, ["a@b.c", "g@h.i"])
    }),
  )

  test(
    "deletes by id, flat or nested",
    Effect.gen(function* () {
      yield* people
      assert.deepStrictEqual(yield* remove({ type: "id", value: ["000MLGPR", ["000MLGPT"]] }), [
        200,
        [{ id: "000MLGPR", unicity: ["a@b.c"] }, { id: "000MLGPT", unicity: ["g@h.i"] }],
      ])
      assert.deepStrictEqual(yield* addresses, ["d@e.f"])
    }),
  )

  test(
    "deletes the members of a segment, given as a number, a text or an array",
    Effect.gen(function* () {
      for (const value of [12345, "12345", ["12345", "12346"], [12345]]) {
        const [id] = yield* people
        yield* call("POST", `/targets/${id}/segments/12345`)
        assert.deepStrictEqual(
          yield* remove({ type: "segment", value }),
          [200, [{ id, unicity: ["a@b.c"] }]],
        )
        yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.reset)
      }
    }),
  )

  test(
    "is 404 when nothing is found",
    Effect.gen(function* () {
      yield* people
      for (
        const json of [
          { type: "unicity", value: [["x@y.z"]] },
          { type: "id", value: ["X"] },
          { type: "segment", value: 12345 },
          { type: "segment", value: 1 },
        ]
      ) assert.deepStrictEqual(yield* remove(json), [404, ""])
      assert.strictEqual((yield* addresses).length, 3)
    }),
  )

  test(
    "a selection of nothing, or of nothing clear, is 400 and deletes nothing",
    Effect.gen(function* () {
      yield* people
      for (
        const json of [
          {},
          [],
          null,
          "all",
          { type: "unicity" },
          { type: "unicity", value: [] },
          { type: "unicity", value: [[]] },
          { type: "unicity", value: ["a@b.c"] },
          { type: "unicity", value: [["a@b.c", "Doe"]] },
          { type: "id", value: [] },
          { type: "id", value: [""] },
          { type: "id", value: "000MLGPR" },
          { type: "segment", value: [] },
          { type: "segment", value: "" },
          { type: "segment", value: "all" },
          { type: "segment", value: "12345.0" },
          { type: "all", value: [] },
          { type: "id", value: ["000MLGPR"], all: true },
        ]
      ) assert.strictEqual((yield* remove(json))[0], 400, JSON.stringify(json))
      assert.strictEqual((yield* addresses).length, 3)
    }),
  )

  test(
    "without a body it is 400 and deletes nothing, with or without a trailing slash",
    Effect.gen(function* () {
      yield* people
      for (const path of ["/targets", "/targets/"]) {
        assert.strictEqual((yield* call("DELETE", path, { headers: versioned })).status, 400)
      }
      assert.strictEqual((yield* addresses).length, 3)
    }),
  )

  test(
    "wants the versioned media type, among whatever else is accepted",
    Effect.gen(function* () {
      yield* people
      const json = { type: "id", value: ["000MLGPR"] }
      for (const accept of ["application/json", "*/*", "application/vnd.np6.cm.v2"]) {
        const headers = { accept }
        assert.deepStrictEqual(yield* ask("DELETE", "/targets", { json, headers }), [406, ""])
      }
      const headers = { accept: "text/plain, application/vnd.np6.cm.v1;q=0.5" }
      assert.strictEqual((yield* ask("DELETE", "/targets", { json, headers }))[0], 200)
    }),
  )
})
