import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { addresses, ask, call, create, versioned } from "../harness/sandboxCalls.ts"

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox>) =>
  it.effect(name, () => Effect.provide(effect, Sandbox.layer))

const json = { 8103: "new@example.com" }

/** Every endpoint, as a request that succeeds with the full key. */
const endpoints: ReadonlyArray<readonly [method: string, path: string, options?: object]> = [
  ["GET", "/targets"],
  ["GET", "/targets/000MLGPR"],
  ["GET", "/targets?unicity=a@b.c"],
  ["PUT", "/targets?unicity=new@example.com", { json }],
  ["POST", "/targets", { json }],
  ["PUT", "/targets/000MLGPR", { json: {} }],
  ["POST", "/targets/000MLGPR/segments/12345"],
  ["DELETE", "/targets/000MLGPR/segments/12346"],
  ["DELETE", "/targets/000MLGPR"],
  ["DELETE", "/targets", { json: { type: "id", value: ["000MLGPR"] }, headers: versioned }],
]

const withSlash = (path: string): string => path.replace(/(\?|$)/, "/$1")

const ready = Effect.gen(function* () {
  yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.reset)
  yield* create("a@b.c")
  yield* call("POST", "/targets/000MLGPR/segments/12346")
})

describe("every endpoint", () => {
  test(
    "answers with and without a trailing slash",
    Effect.gen(function* () {
      for (const [method, path, options] of endpoints) {
        for (const form of [path, withSlash(path)]) {
          yield* ready
          const { status } = yield* call(method, form, options)
          assert.include([200, 204], status, `${method} ${form}`)
        }
      }
    }),
  )

  test(
    "is 401 without a key, with a wrong one and with an empty one",
    Effect.gen(function* () {
      yield* ready
      for (const [method, path, options] of endpoints) {
        for (const key of [null, { value: "wrong" }, { value: "" }, { value: "__proto__" }]) {
          const reply = yield* call(method, path, { ...options, key })
          assert.deepStrictEqual([reply.status, reply.text], [401, ""], `${method} ${path}`)
        }
      }
    }),
  )

  test(
    "a key that may only read is refused every write with 403",
    Effect.gen(function* () {
      yield* ready
      for (const [method, path, options] of endpoints) {
        const reply = yield* call(method, path, { ...options, key: "readOnly" })
        assert.deepStrictEqual(reply.status, method === "GET" ? 200 : 403, `${method} ${path}`)
      }
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "has a request id of its own",
    Effect.gen(function* () {
      const ids = new Set<string | null>()
      for (const [method, path] of endpoints) {
        ids.add((yield* call(method, path)).headers.get("x-request-id"))
      }
      ids.add((yield* call("GET", "/nowhere")).headers.get("x-request-id"))
      assert.strictEqual(ids.size, endpoints.length + 1)
      assert.isFalse(ids.has(null))
    }),
  )
})

describe("the header of the key", () => {
  test(
    "is found whatever its case",
    Effect.gen(function* () {
      for (const name of ["X-Key", "x-key", "X-KEY"]) {
        const headers = { [name]: "sandbox-full-key" }
        assert.strictEqual((yield* call("GET", "/targets", { key: null, headers })).status, 200)
      }
    }),
  )
})

describe("paths", () => {
  test(
    "unknown ones are 404",
    Effect.gen(function* () {
      yield* ready
      for (
        const path of [
          "/",
          "/target",
          "/Targets",
          "/targets//",
          "/targets//segments/12345",
          "//targets",
          "/targets/000MLGPR/segments",
          "/targets/000MLGPR/segments/",
          "/targets/000MLGPR/segments/12345/more",
          "/targets/count",
          "/targets%2F000MLGPR",
        ]
      ) {
        for (const method of ["GET", "DELETE"]) {
          assert.strictEqual((yield* call(method, `https://x.invalid${path}`)).status, 404, path)
        }
      }
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "hostile ids name no target",
    Effect.gen(function* () {
      yield* ready
      for (
        const id of [
          "000MLGPR%2Fsegments%2F12345",
          "..%2Ftargets",
          "%",
          "%zz",
          "%00",
          "%F0%9F%92%A5",
          "__proto__",
          "constructor",
          "9".repeat(100_000),
        ]
      ) {
        for (const method of ["GET", "DELETE"]) {
          assert.strictEqual((yield* call(method, `/targets/${id}`)).status, 404)
        }
        assert.strictEqual((yield* call("POST", `/targets/000MLGPR/segments/${id}`)).status, 404)
      }
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "another method on a known path is 405 and says which are allowed",
    Effect.gen(function* () {
      const { headers, status } = yield* call("PATCH", "/targets/000MLGPR", { json: {} })
      assert.strictEqual(status, 405)
      assert.strictEqual(headers.get("allow"), "GET, PUT, DELETE")
      assert.strictEqual((yield* call("GET", "/targets/000MLGPR/segments/12345")).status, 405)
      assert.strictEqual((yield* call("HEAD", "/targets")).status, 405)
    }),
  )
})

describe("bodies", () => {
  const bodies = [["POST", "/targets"], ["PUT", "/targets"], ["PUT", "/targets/000MLGPR"]] as const

  test(
    "that are not an object of JSON are 400",
    Effect.gen(function* () {
      yield* ready
      for (const [method, path] of bodies) {
        for (
          const body of [
            "",
            "{",
            "null",
            "[]",
            "1",
            '"8103"',
            "{'8103':'a@b.c'}",
            new Uint8Array([0x7b, 0xff, 0x7d]),
            "[".repeat(200_000),
          ]
        ) {
          const headers = { "content-type": "application/json" }
          assert.strictEqual((yield* call(method, path, { body, headers })).status, 400)
        }
      }
    }),
  )

  test(
    "with a key that is no field are 400 and pollute nothing",
    Effect.gen(function* () {
      yield* ready
      for (const key of ["__proto__", "constructor", "toString", "08103", "8103 ", "-1", "99"]) {
        const body = `{"8103":"new@example.com",${JSON.stringify(key)}:{"polluted":true}}`
        const headers = { "content-type": "application/json" }
        assert.deepStrictEqual(
          yield* ask("POST", "/targets", { body, headers }),
          [400, `${JSON.stringify(key)} is not a field`],
        )
      }
      assert.isUndefined(Reflect.get({}, "polluted"))
    }),
  )

  test(
    "of another type than JSON are 415",
    Effect.gen(function* () {
      yield* ready
      for (const [method, path] of bodies) {
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "text/json"]) {
          const headers = { "content-type": type }
          assert.strictEqual((yield* call(method, path, { json, headers })).status, 415)
        }
      }
      const headers = { "content-type": "Application/JSON; charset=utf-8" }
      assert.strictEqual((yield* call("POST", "/targets", { json, headers })).status, 200)
    }),
  )

  test(
    "that are chunked are 411, and of another length than announced 400",
    Effect.gen(function* () {
      const chunked = { "transfer-encoding": "chunked" }
      assert.strictEqual((yield* call("POST", "/targets", { json, headers: chunked })).status, 411)
      const wrong = { "content-length": "3" }
      assert.strictEqual((yield* call("POST", "/targets", { json, headers: wrong })).status, 400)
    }),
  )
})
