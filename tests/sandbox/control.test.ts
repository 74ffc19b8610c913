import { assert, describe, it } from "@effect/vitest"
import { Fault, Sandbox, type SandboxSeed } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import ts from "typescript"
import { addresses, ask, call, create, type Options } from "../harness/sandboxCalls.ts"

const test = (
  name: string,
  effect: Effect.Effect<void, unknown, Sandbox>,
  seed: SandboxSeed = {},
) => it.effect(name, () => Effect.provide(effect, Sandbox.layerWith(seed)))

/** A control request, without a key. */
const control = (method: string, path: string, options: Options = {}) =>
  ask(method, `/_sandbox${path}`, { key: null, ...options })

const bodyOf = <A>(effect: Effect.Effect<readonly [number, unknown], unknown, Sandbox>) =>
  Effect.map(effect, ([, body]) => body as A)

interface Entry {
  readonly index: number
  readonly operation: string
  readonly status: number | null
}

const requests = (query: string) =>
  bodyOf<ReadonlyArray<Entry>>(control("GET", `/requests${query}`))

describe("GET /_sandbox/health", () => {
  test(
    "is 200 without a key",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* control("GET", "/health"), [200, { status: "ok" }])
      assert.strictEqual((yield* control("HEAD", "/health"))[0], 200)
    }),
  )
})

describe("control routes", () => {
  test(
    "are not logged, not struck by faults, not limited, and never cached",
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.script({ times: Infinity, fault: Fault.status(503) })
      for (let count = 0; count < 3; count++) {
        const reply = yield* call("GET", "/_sandbox/health", { key: null })
        assert.strictEqual(reply.status, 200)
        assert.strictEqual(reply.headers.get("cache-control"), "no-store")
        assert.isFalse(reply.headers.has("x-request-id"))
      }
      assert.deepStrictEqual(yield* sandbox.requests, [])
    }),
    { rateLimit: { perSecond: 1, burst: 1 } },
  )

  test(
    "that are not there are 404 with those that are, other methods 405",
    Effect.gen(function* () {
      const [status, text] = yield* control("GET", "/helth")
      assert.strictEqual(status, 404)
      assert.match(String(text), /GET \/_sandbox\/health/)
      const wrong = yield* call("GET", "/_sandbox/reset", { key: null })
      assert.deepStrictEqual(
        [wrong.status, wrong.headers.get("allow"), wrong.text],
        [405, "POST", "use POST"],
      )
      assert.strictEqual((yield* control("GET", "/__proto__"))[0], 404)
      // No control route, and no route of NP6.
      assert.strictEqual((yield* call("GET", "/_sandboxes")).status, 501)
    }),
  )

  test(
    "GET /_sandbox leads to the page",
    Effect.gen(function* () {
      const reply = yield* call("GET", "/_sandbox", { key: null })
      assert.deepStrictEqual(
        [reply.status, reply.headers.get("location")],
        [308, "/_sandbox/"],
      )
      const page = yield* call("GET", "/_sandbox/", { key: null })
      assert.strictEqual(page.headers.get("content-type"), "text/html; charset=utf-8")
      assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/)
      assert.match(page.text, /^<!doctype html>/i)
    }),
  )

  test(
    "the page is one file that loads nothing, and its script can be run",
    Effect.gen(function* () {
      const { text } = yield* call("GET", "/_sandbox/", { key: null })
      assert.deepStrictEqual(
        Array.from(
          text.matchAll(/\b(?:src|href)=(?:"([^"]*)"|(\S+))/g),
          ([, quoted = ""]) => quoted,
        )
          .filter((url) => !/^(?:#|data:)/.test(url)),
        [],
      )
      const [, script = ""] = /<script type="module">([^]*)<\/script>/.exec(text) ?? []
      const { diagnostics = [] } = ts.transpileModule(script, { reportDiagnostics: true })
      assert.isAbove(script.length, 1_000)
      assert.deepStrictEqual(diagnostics.map(({ messageText }) => messageText), [])
    }),
  )
})

describe("GET /_sandbox/requests", () => {
  test(
    "is the log, with null for what is missing",
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000)
      yield* create("a@b.c")
      yield* call("GET", "/targets/X", { key: "readOnly" })
      const log: ReadonlyArray<unknown> = yield* requests("")
      assert.deepStrictEqual(log, [
        {
          index: 1,
          time: 1000,
          operation: "targets.create",
          method: "POST",
          path: "/targets",
          query: "",
          headers: { "content-length": "16", "content-type": "application/json", "x-key": "full" },
          body: '{"8103":"a@b.c"}',
          bodyBytes: 16,
          status: 200,
          reason: null,
          requestId: "00000000-0000-4000-8000-000000000001",
          applied: true,
          fault: null,
          milliseconds: 0,
        },
        {
          index: 2,
          time: 1000,
          operation: "targets.get",
          method: "GET",
          path: "/targets/X",
          query: "",
          headers: { "x-key": "readOnly" },
          body: "",
          bodyBytes: 0,
          status: 404,
          reason: "there is no target with this id",
          requestId: "00000000-0000-4000-8000-000000000002",
          applied: false,
          fault: null,
          milliseconds: 0,
        },
      ])
    }),
  )

  test(
    "can be of one operation, of what came after an index, and of the newest",
    Effect.gen(function* () {
      yield* create("a@b.c", "d@e.f")
      yield* call("GET", "/targets")
      const indexes = (query: string) =>
        Effect.map(requests(query), (log) => log.map(({ index }) => index))
      assert.deepStrictEqual(yield* indexes("?operation=targets.create"), [1, 2])
      assert.deepStrictEqual(yield* indexes("?after=1"), [2, 3])
      assert.deepStrictEqual(yield* indexes("?after=1&operation=targets.create"), [2])
      assert.deepStrictEqual(yield* indexes("?limit=2"), [2, 3])
      assert.deepStrictEqual(yield* indexes("?operation=targets.create&limit=1"), [2])
      assert.deepStrictEqual(yield* indexes("?limit=0"), [])
      assert.deepStrictEqual(yield* indexes("?after=3"), [])
      assert.deepStrictEqual(yield* indexes("?after=99"), [])
      const sandbox = yield* Sandbox
      yield* sandbox.reset
      assert.deepStrictEqual(yield* indexes(""), [])
      yield* call("GET", "/targets")
      assert.deepStrictEqual(yield* indexes("?after=3"), [4])
    }),
  )

  test(
    "held with wait, comes when a request does",
    Effect.gen(function* () {
      yield* call("GET", "/targets")
      const waiting = yield* Effect.forkChild(
        requests("?after=1&operation=targets.create&wait=5000"),
        { startImmediately: true },
      )
      yield* TestClock.adjust("1 second")
      yield* call("GET", "/targets")
      yield* TestClock.adjust("1 second")
      assert.isUndefined(waiting.pollUnsafe())
      yield* create("a@b.c")
      const log = yield* Fiber.join(waiting)
      assert.deepStrictEqual(log.map(({ index, status }) => [index, status]), [[3, 200]])
    }),
  )

  test(
    "held with wait, shows a request that has no response yet",
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.script({ fault: Fault.hang() })
      const waiting = yield* Effect.forkChild(requests("?wait=5000"), { startImmediately: true })
      yield* Effect.forkChild(call("GET", "/targets"), { startImmediately: true })
      const log = yield* Fiber.join(waiting)
      assert.deepStrictEqual(log.map(({ status }) => status), [null])
    }),
  )

  test(
    "held with wait, is empty when its time is over, after a minute at most",
    Effect.gen(function* () {
      for (const [wait, most] of [[5_000, "5 seconds"], [999_999_999, "1 minute"]] as const) {
        const waiting = yield* Effect.forkChild(requests(`?wait=${wait}`), {
          startImmediately: true,
        })
        yield* TestClock.adjust(most)
        assert.deepStrictEqual(yield* Fiber.join(waiting), [])
      }
    }),
  )

  test(
    "of an operation there is none of, or with a number that is none, is 400",
    Effect.gen(function* () {
      const [status, text] = yield* control("GET", "/requests?operation=targets.creat")
      assert.strictEqual(status, 400)
      assert.match(String(text), /operation is none of targets\.list, /)
      for (const query of ["after=-1", "after=x", "wait=1.5", "limit=x"]) {
        assert.strictEqual((yield* control("GET", `/requests?${query}`))[0], 400)
      }
    }),
  )
})

describe("GET /_sandbox/state", () => {
  const seed: SandboxSeed = {
    targets: [
      { fields: { Email: "jane@example.com", Interests: ["Books", "Music"] }, segments: [12345] },
      { fields: { Email: "john@example.com", "Last name": "Müller" } },
    ],
  }
  const janeOnly = {
    id: "000MLGPR",
    hash: "9e26471d35a78862c17e467d87cddedf",
    creationDate: "1970-01-01T00:00:00Z",
    lastUpdateDate: "1970-01-01T00:00:00Z",
    fields: { 8103: "jane@example.com", 8107: ["Books", "Music"] },
    segments: [12345],
    bounce: [],
    redList: {},
  }
  interface State {
    readonly found: number
    readonly targetsCount: number
    readonly targets: ReadonlyArray<{ readonly id: string }>
  }
  const state = (query: string) => bodyOf<State>(control("GET", `/state${query}`))

  test(
    "has the account in NP6's shapes, and its targets",
    Effect.gen(function* () {
      const all = yield* state("")
      assert.deepStrictEqual(Object.keys(all), [
        "keys",
        "fields",
        "valueLists",
        "segments",
        "targetsCount",
        "found",
        "targets",
      ])
      assert.strictEqual(all.targetsCount, 2)
      assert.deepStrictEqual(all.targets[0], janeOnly)
    }),
    seed,
  )

  test(
    "can be searched, by id and by any value, ordered and limited",
    Effect.gen(function* () {
      const ids = (query: string) =>
        Effect.map(state(query), ({ found, targets }) => [found, targets.map(({ id }) => id)])
      assert.deepStrictEqual(yield* ids("?search=mlgpr"), [1, ["000MLGPR"]])
      assert.deepStrictEqual(yield* ids("?search=M%C3%9CLLER"), [1, ["000MLGPS"]])
      assert.deepStrictEqual(yield* ids("?search=music"), [1, ["000MLGPR"]])
      assert.deepStrictEqual(yield* ids("?search=example&limit=1"), [2, ["000MLGPR"]])
      assert.deepStrictEqual(yield* ids("?search=nobody"), [0, []])
      assert.deepStrictEqual(yield* ids("?limit=0"), [2, []])
      assert.deepStrictEqual(yield* ids("?order=newest&limit=1"), [2, ["000MLGPS"]])
      assert.deepStrictEqual(yield* ids("?order=oldest"), [2, ["000MLGPR", "000MLGPS"]])
      assert.strictEqual((yield* control("GET", "/state?order=x"))[0], 400)
      assert.strictEqual((yield* control("GET", "/state?limit=x"))[0], 400)
    }),
    seed,
  )
})

describe("seeds over HTTP", () => {
  test(
    "GET gives the account as it is, PUT starts again from it",
    Effect.gen(function* () {
      yield* create("a@b.c")
      const [, json] = yield* control("GET", "/seed")
      yield* call("DELETE", "/targets/000MLGPR")
      assert.deepStrictEqual(yield* control("PUT", "/seed", { json }), [204, ""])
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
      assert.deepStrictEqual(yield* control("GET", "/seed"), [200, json])
      yield* create("d@e.f")
      assert.deepStrictEqual(yield* control("POST", "/reset"), [204, ""])
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "PUT of one that is wrong is 400 with line and column, and changes nothing",
    Effect.gen(function* () {
      yield* create("a@b.c")
      const wrong = [
        ['{\n  "segments": [}', 'expected a value, and found "}". (line 2, column 16)'],
        ['{\n  "fields": []\n}', "fields: no field has isUnicity"],
        ['{\n  "targets": [{}]\n}', "targets[0].fields: it is missing. (line 2, column 15)"],
      ] as const
      for (const [body, problem] of wrong) {
        const [status, text] = yield* control("PUT", "/seed", { body })
        assert.strictEqual(status, 400)
        assert.include(String(text), problem)
      }
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
      assert.strictEqual((yield* requests("")).length, 1)
    }),
  )
})

describe("faults over HTTP", () => {
  const status = Effect.map(call("GET", "/targets"), (reply) => reply.status)

  test(
    "POST adds a rule or several, GET shows them, DELETE drops them",
    Effect.gen(function* () {
      const first = { fault: { _tag: "Respond", status: 503 } }
      const others = [
        {
          on: { path: { pattern: "^/TARGETS$", flags: "i" }, method: "GET" },
          skip: 1,
          times: 2,
          fault: { _tag: "Respond", status: 500, body: "no", headers: { "x-a": "b" } },
        },
        {
          on: { operation: "targets.list", unicity: ["a@b.c"] },
          times: "Infinity",
          fault: { _tag: "Latency", duration: 5, andThen: { _tag: "Reset", applied: true } },
        },
      ]
      assert.deepStrictEqual(yield* control("POST", "/faults", { json: first }), [204, ""])
      assert.deepStrictEqual(yield* control("POST", "/faults", { json: others }), [204, ""])
      assert.deepStrictEqual([yield* status, yield* status, yield* status], [503, 200, 500])
      assert.deepStrictEqual(yield* control("GET", "/faults"), [200, [
        {
          on: { path: { pattern: "^\\/TARGETS$", flags: "i" }, method: "GET" },
          skip: 1,
          times: 2,
          seen: 2,
          fault: {
            _tag: "Respond",
            status: 500,
            headers: { "x-a": "b" },
            body: "no",
            applied: false,
          },
        },
        {
          on: { operation: "targets.list", unicity: ["a@b.c"] },
          skip: 0,
          times: "Infinity",
          seen: 0,
          fault: { _tag: "Latency", duration: 5, andThen: { _tag: "Reset", applied: true } },
        },
      ]])
      assert.deepStrictEqual(yield* control("DELETE", "/faults"), [204, ""])
      assert.deepStrictEqual(yield* control("GET", "/faults"), [200, []])
      assert.strictEqual(yield* status, 200)
    }),
  )

  test(
    "every fault can be ordered as JSON, with the defaults of its constructor",
    Effect.gen(function* () {
      const pairs = [
        [{ _tag: "Hang" }, { _tag: "Hang", applied: false }],
        [{ _tag: "Hang", applied: true }, { _tag: "Hang", applied: true }],
        [{ _tag: "Refuse" }, { _tag: "Refuse" }],
        [{ _tag: "Reset" }, { _tag: "Reset", applied: false }],
        [{ _tag: "Truncate" }, { _tag: "Truncate", framing: "content-length" }],
        [{ _tag: "Truncate", bytes: 5, framing: "close" }, {
          _tag: "Truncate",
          bytes: 5,
          framing: "close",
        }],
        [{ _tag: "ContentType", contentType: "a/b" }, { _tag: "ContentType", contentType: "a/b" }],
        [{ _tag: "Latency", duration: 2.5 }, { _tag: "Latency", duration: 2.5 }],
        [{ _tag: "Respond", status: 200 }, {
          _tag: "Respond",
          status: 200,
          headers: {},
          body: "",
          applied: false,
        }],
      ] as const
      yield* control("POST", "/faults", { json: pairs.map(([fault]) => ({ fault })) })
      const rules = yield* bodyOf<ReadonlyArray<{ readonly fault: unknown }>>(
        control("GET", "/faults"),
      )
      assert.deepStrictEqual(rules.map(({ fault }) => fault), pairs.map(([, fault]) => fault))
    }),
  )

  test(
    "POST of what is no rule is 400, says where, and adds nothing",
    Effect.gen(function* () {
      const refuse = { _tag: "Refuse" }
      const wrong: ReadonlyArray<readonly [problem: RegExp, json: unknown]> = [
        [/object/, null],
        [/fault: it is missing/, {}],
        [/fault: Expected a fault, whose _tag is Latency/, { fault: { _tag: "Rest" } }],
        [/on\.operation: Expected "targets\.list"/, {
          on: { operation: "creat" },
          fault: refuse,
        }],
        [/on\.operatoin: there is no such property/, {
          on: { operatoin: "targets.create" },
          fault: refuse,
        }],
        [/times/, { times: -1, fault: refuse }],
        [/skip/, { skip: 0.5, fault: refuse }],
        [/regular expression/, { on: { path: { pattern: "(" } }, fault: refuse }],
        [/fault\.status/, { fault: { _tag: "Respond", status: 99 } }],
        [/fault\.headers/, { fault: { _tag: "Respond", status: 500, headers: { "a b": "c" } } }],
        [/fault\.headers/, { fault: { _tag: "Respond", status: 500, headers: { a: "b\n" } } }],
        [/fault\.contentType/, { fault: { _tag: "ContentType", contentType: "a\nb" } }],
        [/fault\.duration/, { fault: { _tag: "Latency", duration: -1 } }],
        [/\[1\]\.fault/, [{ fault: refuse }, { fault: { _tag: "Rest" } }]],
      ]
      for (const [problem, json] of wrong) {
        const [status, text] = yield* control("POST", "/faults", { json })
        assert.strictEqual(status, 400, JSON.stringify(json))
        assert.match(String(text), problem)
      }
      const [, text] = yield* control("POST", "/faults", { body: '{\n"fault": }' })
      assert.match(String(text), /line 2, column 10/)
      assert.deepStrictEqual(yield* control("GET", "/faults"), [200, []])
    }),
  )
})

describe("x-sandbox-fault", () => {
  const struck = (fault: string, path = "/targets/000MLGPR", method = "DELETE") =>
    call(method, path, { headers: { "x-sandbox-fault": fault } })

  test(
    "orders a fault for its own request, and leaves the rules alone",
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* create("a@b.c")
      yield* sandbox.script({ fault: Fault.status(500) })
      const reply = yield* struck("503")
      assert.strictEqual(reply.status, 503)
      assert.strictEqual(reply.headers.get("x-sandbox-reason"), "the fault Respond")
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
      assert.strictEqual((yield* call("GET", "/targets")).status, 500)
      assert.strictEqual((yield* call("GET", "/targets")).status, 200)
    }),
  )

  const forms: ReadonlyArray<readonly [form: string, applied: boolean]> = [
    ["reset", false],
    ["reset applied", true],
    ["refuse", false],
    ["500 applied", true],
    ["html 502 applied", true],
    ['{"_tag":"Reset","applied":true}', true],
  ]
  for (const [form, applied] of forms) {
    test(
      `with ${form} ${applied ? "takes" : "has no"} effect`,
      Effect.gen(function* () {
        yield* create("a@b.c")
        yield* Effect.exit(struck(form))
        assert.deepStrictEqual(yield* addresses, applied ? [] : ["a@b.c"])
      }),
    )
  }

  test(
    "with hang and latency waits",
    Effect.gen(function* () {
      yield* create("a@b.c")
      const slow = yield* Effect.forkChild(struck("latency 2000"), { startImmediately: true })
      const stuck = yield* Effect.forkChild(struck("hang"), { startImmediately: true })
      yield* TestClock.adjust("1999 millis")
      assert.isUndefined(slow.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(slow)).status, 204)
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(stuck.pollUnsafe())
    }),
  )

  test(
    "with truncate breaks the body",
    Effect.gen(function* () {
      yield* create("a@b.c")
      assert.isTrue((yield* Effect.exit(struck("truncate", "/targets", "GET")))._tag === "Failure")
    }),
  )

  test(
    "with anything else is 400, says what it takes, and has no effect",
    Effect.gen(function* () {
      yield* create("a@b.c")
      for (const form of ["", "resett", "99", "600", "latency soon", "{", '{"_tag":"Rest"}']) {
        const reply = yield* struck(form)
        assert.strictEqual(reply.status, 400, form)
        assert.match(reply.text, /x-sandbox-fault is none of: a status \(503\)/)
      }
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )
})

describe("who may use the control routes", () => {
  const host = { host: "localhost:8080" }
  const refused = (headers: Readonly<Record<string, string>>) =>
    Effect.map(
      call("POST", "/_sandbox/reset", { key: null, headers }),
      ({ status, text }) => status === 204 ? undefined : `${status} ${text}`,
    )

  test(
    "a program on this machine, or one that knows its address",
    Effect.gen(function* () {
      for (
        const name of [
          ...["localhost", "LOCALHOST:80", "app.localhost:8080", "127.0.0.1:8080", "127.1.2.3"],
          ...["[::1]:8080", "192.168.0.7:8080", "[fe80::1]"],
        ]
      ) assert.isUndefined(yield* refused({ host: name }), name)
      assert.isUndefined(yield* refused({}))
    }),
  )

  test(
    "nobody under another name, which the refusal tells how to allow",
    Effect.gen(function* () {
      for (
        const name of [
          ...["evil.example", "evil.example:8080", "localhost.evil.example", "np6:8080"],
          ...["127.0.0.1.evil.example", "localhost@evil.example", "x y", ""],
        ]
      ) assert.match((yield* refused({ host: name })) ?? "", /^403 .*--allow-host/, name)
      assert.match((yield* refused({ host: "np6:8080" })) ?? "", /--allow-host np6\)/)
    }),
  )

  test(
    "a page of the sandbox itself, and of the same site",
    Effect.gen(function* () {
      for (
        const headers of [
          { origin: "http://localhost:8080", "sec-fetch-site": "same-origin" },
          { origin: "http://localhost:3000", "sec-fetch-site": "same-site" },
          { "sec-fetch-site": "none" },
        ]
      ) assert.isUndefined(yield* refused({ ...host, ...headers }))
    }),
  )

  test(
    "no page of another site",
    Effect.gen(function* () {
      yield* create("a@b.c")
      for (
        const headers of [
          { origin: "https://evil.example" },
          { origin: "http://127.0.0.1:8080" },
          { origin: "null" },
          { origin: "" },
          { "sec-fetch-site": "cross-site" },
          { origin: "http://localhost:8080", "sec-fetch-site": "cross-site" },
        ]
      ) assert.match((yield* refused({ ...host, ...headers })) ?? "", /^403 .*--allow-host/)
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "a person who follows a link to the page, but no script that loads it",
    Effect.gen(function* () {
      const open = (path: string, headers: Readonly<Record<string, string>>) =>
        Effect.map(
          call("GET", path, {
            key: null,
            headers: { ...host, "sec-fetch-site": "cross-site", ...headers },
          }),
          ({ status }) => status,
        )
      const link = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }
      assert.strictEqual(yield* open("/_sandbox/", link), 200)
      assert.strictEqual(yield* open("/_sandbox/state", link), 403)
      assert.strictEqual(yield* open("/_sandbox/", { ...link, "sec-fetch-dest": "iframe" }), 403)
      assert.strictEqual(yield* open("/_sandbox/", { "sec-fetch-mode": "cors" }), 403)
    }),
  )

  it.effect("hosts that are named, and their pages", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const status = (headers: Readonly<Record<string, string>>) =>
        Effect.map(
          sandbox.handle({
            method: "POST",
            url: new URL("http://x/_sandbox/reset"),
            headers: new Headers(headers),
            body: new Uint8Array(),
          }, { allowHosts: ["NP6", "app.example"] }),
          (response) => response.status,
        )
      assert.strictEqual(yield* status({ host: "np6:8080" }), 204)
      assert.strictEqual(
        yield* status({
          host: "np6:8080",
          origin: "https://app.example",
          "sec-fetch-site": "cross-site",
        }),
        204,
      )
      assert.strictEqual(yield* status({ host: "other:8080" }), 403)
      assert.strictEqual(yield* status({ host: "np6", origin: "http://other" }), 403)
    }).pipe(Effect.provide(Sandbox.layer)))
})
