import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { addresses, ask, call, create, type Options, versioned } from "../harness/sandboxCalls.ts"

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
    "unknown ones are 501, in words, and change nothing",
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
          "/targets/000MLGPR/segments/12345/more",
          "/targets%2F000MLGPR",
          "/imports",
          "/actions",
          "/actions/000QEU",
          "/contacts/000MLGPR",
          "/fields/8103/more",
          "/V1/targets",
          "/v1/segments",
          "/__proto__",
        ]
      ) {
        for (const method of ["GET", "DELETE"]) {
          const { status, text } = yield* call(method, `https://x.invalid${path}`)
          assert.strictEqual(status, 501, path)
          assert.match(text, /^The sandbox has no such route/)
        }
      }
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "other methods on the account's paths are 501: NP6 has some of them",
    Effect.gen(function* () {
      for (
        const [method, path] of [
          ["POST", "/segments"],
          ["DELETE", "/segments/12345"],
          ["DELETE", "/segments/12345/targets"],
          ["PUT", "/fields/8103"],
          ["POST", "/valueLists"],
        ] as const
      ) assert.strictEqual((yield* call(method, path, { json: {} })).status, 501, path)
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
      assert.strictEqual((yield* call("DELETE", "/targets/000MLGPR/segments/")).status, 405)
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
    "with a key given twice are 400, at any depth",
    Effect.gen(function* () {
      yield* ready
      const headers = { "content-type": "application/json", ...versioned }
      const bodies = [
        ["POST", "/targets", '{"8103":"d@e.f","8103":"g@h.i"}'],
        ["PUT", "/targets/000MLGPR", '{"8102":"Doe","\\u00381\\u00302":"Roe"}'],
        ["DELETE", "/targets", '{"type":"id","value":["X"],"value":["000MLGPR"]}'],
      ] as const
      for (const [method, path, body] of bodies) {
        const [status, text] = yield* ask(method, path, { body, headers })
        assert.strictEqual(status, 400)
        assert.match(String(text), /^in the body, the key "\w+" is given twice$/)
      }
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "of more than 30 MB are 413",
    Effect.gen(function* () {
      yield* ready
      const headers = { "content-type": "application/json" }
      const of = (length: number) => `"${" ".repeat(length - 2)}"`
      const large = yield* call("POST", "/targets", { body: of(30_000_001), headers })
      assert.deepStrictEqual([large.status, large.text], [413, ""])
      const most = yield* call("POST", "/targets", { body: of(30_000_000), headers })
      assert.strictEqual(most.status, 400)
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

describe("query parameters", () => {
  test(
    "that the route doesn't take are 400, so that a misspelt one doesn't list the account",
    Effect.gen(function* () {
      yield* ready
      for (
        const [method, path, options] of [
          ["GET", "/targets?unicty=a@b.c"],
          ["GET", "/targets?unicity=a@b.c&limit=1"],
          ["GET", "/targets/000MLGPR?unicity=a@b.c"],
          ["PUT", "/targets?hash=0", { json }],
          ["POST", "/targets?hash=0", { json }],
          ["DELETE", "/targets/000MLGPR?x"],
          ["GET", "/fields?name=Email"],
          ["GET", "/targets/redlist/mail?start=2016-01-01"],
        ] as const
      ) {
        const [status, text] = yield* ask(method, path, options)
        assert.strictEqual(status, 400, path)
        assert.match(String(text), /^there is no query parameter "\w+" here$/)
      }
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )
})

describe("x-sandbox-reason", () => {
  const reasons: ReadonlyArray<
    readonly [status: number, reason: RegExp, method: string, path: string, options?: Options]
  > = [
    [401, /^there is no X-Key$/, "GET", "/targets", { key: null }],
    [401, /^X-Key is no key of the account$/, "GET", "/targets", { key: { value: "x" } }],
    [403, /^the key readOnly lacks the permission delete$/, "DELETE", "/targets/X", {
      key: "readOnly",
    }],
    [404, /^there is no target with this id$/, "GET", "/targets/X"],
    [404, /^there is no target with this unicity$/, "GET", "/targets?unicity=X"],
    [404, /^there is no target with this hash$/, "GET", "/targets?hash=X"],
    [404, /^there is no segment with this id$/, "POST", "/targets/000MLGPR/segments/1"],
    [404, /^the target is not in the segment$/, "DELETE", "/targets/000MLGPR/segments/12345"],
    [405, /^PATCH is no method of this path$/, "PATCH", "/targets"],
    [406, /^a bulk delete needs Accept/, "DELETE", "/targets", { json: {} }],
    [409, /^its unicity is taken$/, "POST", "/targets", { json: { 8103: "a@b.c" } }],
    [409, /^the target is in the segment already$/, "POST", "/targets/000MLGPR/segments/12346"],
    [409, /^the segment is dynamic$/, "POST", "/targets/000MLGPR/segments/14105"],
    [411, /^the body is chunked$/, "POST", "/targets", {
      headers: { "transfer-encoding": "chunked" },
    }],
    [415, /^the body's Content-Type/, "POST", "/targets", { body: "{}" }],
    [400, /^"\\u5730\\u5740" is not a field$/, "POST", "/targets", { json: { ...json, 地址: 1 } }],
    [501, /^The sandbox has no such route/, "GET", "/imports"],
  ]
  for (const [status, reason, method, path, options] of reasons) {
    test(
      `says why a request was refused with ${status}: ${method} ${path}`,
      Effect.gen(function* () {
        yield* ready
        const { headers, status: seen } = yield* call(method, path, options)
        assert.strictEqual(seen, status)
        assert.match(headers.get("x-sandbox-reason") ?? "", reason)
      }),
    )
  }

  test(
    "is not there when nothing was refused",
    Effect.gen(function* () {
      yield* ready
      const { headers } = yield* call("GET", "/targets")
      assert.isFalse(headers.has("x-sandbox-reason"))
    }),
  )
})
