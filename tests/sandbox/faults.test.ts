import { assert, describe, it } from "@effect/vitest"
import { Fault, type FaultRule, Sandbox } from "@effect-np6/targets/sandbox"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { fire, scripted } from "../../src/sandbox/rules.ts"
import { addresses, call, create, request, versioned } from "../harness/sandboxCalls.ts"

const inProcess = Layer.provideMerge(Sandbox.layerClient, Sandbox.layer)

const test = (
  name: string,
  effect: Effect.Effect<void, unknown, Sandbox | HttpClient.HttpClient>,
) => it.effect(name, () => Effect.provide(effect, inProcess))

const script = (...rules: ReadonlyArray<FaultRule>) =>
  Effect.flatMap(Sandbox, (sandbox) => sandbox.script(...rules))

const last = Effect.flatMap(
  Sandbox,
  (sandbox) => Effect.map(sandbox.requests, (log) => log.at(-1)),
)

/** Creates a target through the in-process client. */
const send = Effect.gen(function* () {
  const { url } = yield* Sandbox
  return yield* HttpClientRequest.post(`${url}/targets`).pipe(
    HttpClientRequest.setHeader("x-key", "sandbox-full-key"),
    HttpClientRequest.bodyJsonUnsafe({ 8103: "a@b.c" }),
    HttpClient.execute,
  )
})

const sendText = Effect.flatMap(send, (response) => response.text)

/** Node's words for what went wrong, found where a program would look for them. */
const socketError = (error: HttpClientError.HttpClientError) => {
  assert.strictEqual(error.reason._tag, "TransportError")
  const { code, message, syscall } = error.cause as Error & { code: string; syscall: string }
  return { code, message, syscall }
}

const readReset = { code: "ECONNRESET", message: "read ECONNRESET", syscall: "read" }

describe("in process", () => {
  test(
    "without a fault, a request is answered, as it would be on the wire",
    Effect.gen(function* () {
      assert.strictEqual((yield* send).status, 200)
      const record = yield* last
      assert.strictEqual(record?.headers["content-length"], "16")
      assert.strictEqual(record?.headers["content-type"], "application/json")
    }),
  )

  test(
    "a body that streams without a length is chunked, so it is 411",
    Effect.gen(function* () {
      const { url } = yield* Sandbox
      const streamed = HttpClientRequest.post(`${url}/targets`).pipe(
        HttpClientRequest.setHeader("x-key", "sandbox-full-key"),
        HttpClientRequest.bodyStream(Stream.make(new TextEncoder().encode("{}")), {
          contentType: "application/json",
        }),
      )
      assert.strictEqual((yield* HttpClient.execute(streamed)).status, 411)
    }),
  )

  test(
    "latency follows the clock and comes before the effect",
    Effect.gen(function* () {
      yield* script({ fault: Fault.latency("2 seconds") })
      const fiber = yield* Effect.forkChild(send)
      yield* TestClock.adjust("1999 millis")
      assert.deepStrictEqual(yield* addresses, [])
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(fiber)).status, 200)
    }),
  )

  test(
    "latency can come before another fault, of which there is one log record",
    Effect.gen(function* () {
      yield* script({ fault: Fault.latency("2 seconds", Fault.status(503)) })
      const fiber = yield* Effect.forkChild(send)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).status, 503)
      assert.deepInclude(yield* last, { status: 503, fault: "Latency", applied: false })
    }),
  )

  test(
    "a client that gives up during latency leaves no effect behind",
    Effect.gen(function* () {
      yield* script({ fault: Fault.latency("2 seconds") })
      const fiber = yield* Effect.forkChild(Effect.exit(Effect.timeout(send, "1 second")))
      yield* TestClock.adjust("1 hour")
      assert.isTrue(Exit.isFailure(yield* Fiber.join(fiber)))
      assert.deepStrictEqual(yield* addresses, [])
    }),
  )

  test(
    "a hang ends with the client, and takes effect if it is meant to",
    Effect.gen(function* () {
      for (const fault of [Fault.hang(), Fault.hang({ applied: true })]) {
        const { applied } = fault
        yield* script({ fault })
        const fiber = yield* Effect.forkChild(Effect.flip(Effect.timeout(send, "30 seconds")))
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "TimeoutError")
        assert.deepStrictEqual(yield* addresses, applied ? ["a@b.c"] : [])
        assert.deepInclude(yield* last, { status: undefined, fault: "Hang", applied })
      }
    }),
  )

  test(
    "a refused connection reaches nothing",
    Effect.gen(function* () {
      yield* script({ fault: Fault.refuse })
      assert.deepStrictEqual(socketError(yield* Effect.flip(send)), {
        code: "ECONNREFUSED",
        message: "connect ECONNREFUSED",
        syscall: "connect",
      })
      assert.deepInclude(yield* last, { status: undefined, fault: "Refuse", applied: false })
      assert.deepStrictEqual(yield* addresses, [])
    }),
  )

  test(
    "a reset loses the answer, before or after the effect",
    Effect.gen(function* () {
      for (const applied of [false, true]) {
        yield* script({ fault: Fault.reset({ applied }) })
        assert.deepStrictEqual(socketError(yield* Effect.flip(send)), readReset)
        assert.deepStrictEqual(yield* addresses, applied ? ["a@b.c"] : [])
        assert.deepInclude(yield* last, { status: undefined, fault: "Reset", applied })
      }
    }),
  )

  test(
    "`applied` in the log says what happened: a refused request changes nothing",
    Effect.gen(function* () {
      yield* create("a@b.c")
      yield* script({ fault: Fault.reset({ applied: true }) })
      yield* Effect.flip(send)
      assert.strictEqual((yield* last)?.applied, false)
    }),
  )

  test(
    "a truncated body breaks off after the bytes that were sent",
    Effect.gen(function* () {
      yield* script({ fault: Fault.truncate({ bytes: 10 }) })
      const response = yield* send
      assert.isAbove(Number(response.headers["content-length"]), 10)
      const chunks: Array<string> = []
      const error = yield* response.stream.pipe(
        Stream.decodeText(),
        Stream.runForEach((chunk) => Effect.sync(() => chunks.push(chunk))),
        Effect.flip,
      )
      assert.strictEqual(chunks.join(""), '{"id":"000')
      assert.strictEqual(error.reason._tag, "DecodeError")
      assert.strictEqual((error.cause as { code?: string }).code, "ECONNRESET")
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "a body can be cut without a trace, and half of it is the default",
    Effect.gen(function* () {
      const whole = yield* sendText
      yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.reset)
      yield* script({ fault: Fault.truncate({ framing: "close" }) })
      const response = yield* send
      assert.isUndefined(response.headers["content-length"])
      assert.strictEqual(response.headers["connection"], "close")
      assert.strictEqual(yield* response.text, whole.slice(0, Math.floor(whole.length / 2)))
    }),
  )

  test(
    "a body can break before its first byte",
    Effect.gen(function* () {
      yield* script({ fault: Fault.truncate({ bytes: 0 }) })
      const { handler } = yield* Sandbox
      const { body } = yield* Effect.flatMap(
        request("GET", "/targets"),
        (sent) => Effect.promise(() => handler(sent)),
      )
      const reading = Effect.promise(async () => await body?.getReader().read())
      assert.deepInclude(yield* Effect.flip(Effect.catchDefect(reading, Effect.fail)), {
        code: "ECONNRESET",
      })
    }),
  )

  test(
    "an answer no longer than the cut, or without a body, is left alone",
    Effect.gen(function* () {
      yield* script(
        ...[2, 1_000_000].map((bytes) => ({ fault: Fault.truncate({ bytes }) })),
        { fault: Fault.truncate() },
      )
      assert.strictEqual((yield* call("GET", "/targets")).text, "[]")
      assert.strictEqual(JSON.parse(yield* sendText).id, "000MLGPR")
      assert.strictEqual((yield* call("DELETE", "/targets/000MLGPR")).status, 204)
    }),
  )

  test(
    "other answers take the place of the true one",
    Effect.gen(function* () {
      const faults: ReadonlyArray<readonly [Fault.Fault, number, string, object]> = [
        [Fault.status(500), 500, "", {}],
        [Fault.status(400, { body: "no", headers: { "x-a": "b" } }), 400, "no", { "x-a": "b" }],
        [Fault.rateLimited(), 429, "", {}],
        [Fault.rateLimited({ retryAfter: 3 }), 429, "", { "retry-after": "3" }],
        [Fault.rateLimited({ retryAfter: "soon" }), 429, "", { "retry-after": "soon" }],
        [Fault.redirect("https://x.invalid/"), 302, "", { location: "https://x.invalid/" }],
        [Fault.respond({ status: 200, body: "[" }), 200, "[", {}],
      ]
      for (const [fault, status, text, headers] of faults) {
        yield* script({ fault })
        const response = yield* send
        assert.strictEqual(response.status, status)
        assert.strictEqual(yield* response.text, text)
        assert.deepInclude(response.headers, headers)
        assert.isDefined(response.headers["x-request-id"])
        assert.deepInclude(yield* last, { status, fault: "Respond", applied: false })
      }
      assert.deepStrictEqual(yield* addresses, [])
      yield* script({ fault: Fault.html(502) })
      const page = yield* send
      assert.strictEqual(page.headers["content-type"], "text/html; charset=utf-8")
      assert.match(yield* page.text, /^<!DOCTYPE html>/)
    }),
  )

  test(
    "another answer can come after the effect",
    Effect.gen(function* () {
      yield* script({ fault: Fault.status(504, { applied: true }) })
      assert.strictEqual((yield* send).status, 504)
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
      assert.deepInclude(yield* last, { status: 504, applied: true })
    }),
  )

  test(
    "the true answer can come under a wrong content type",
    Effect.gen(function* () {
      yield* script({ fault: Fault.contentType("text/html") })
      const response = yield* send
      assert.strictEqual(response.headers["content-type"], "text/html")
      assert.strictEqual(JSON.parse(yield* response.text).id, "000MLGPR")
    }),
  )
})

describe("rules", () => {
  const statuses = (count: number, path = "/targets") =>
    Effect.forEach(
      Array.from({ length: count }),
      () => Effect.map(call("GET", path), ({ status }) => status),
    )

  test(
    "fire once unless told otherwise, in the order they were scripted",
    Effect.gen(function* () {
      yield* script({ fault: Fault.status(500) })
      yield* script({ fault: Fault.status(502), times: 2 }, { fault: Fault.status(503) })
      assert.deepStrictEqual(yield* statuses(5), [500, 502, 502, 503, 200])
    }),
  )

  test(
    "let requests through first, and may never tire",
    Effect.gen(function* () {
      yield* script({ skip: 2, times: Infinity, fault: Fault.status(503) })
      assert.deepStrictEqual(yield* statuses(6), [200, 200, 503, 503, 503, 503])
    }),
  )

  it("are dropped when they have no uses left, so that a long script doesn't stay", () => {
    const rule = { skip: 1, times: 2, fault: Fault.refuse }
    const rules = [scripted(rule)]
    const concerned = () => ({ id: undefined, unicities: [] })
    const request = { operation: "unknown", method: "GET", path: "/", concerned } as const
    assert.deepStrictEqual(
      Array.from({ length: 3 }, () => [fire(rules, request), rules.length]),
      [[undefined, 1], [Fault.refuse, 1], [Fault.refuse, 0]],
    )
  })

  test(
    "let more requests through than they strike, and strike none if they have no uses",
    Effect.gen(function* () {
      yield* script({ times: 0, fault: Fault.status(500) })
      yield* script({ skip: 3, times: 1, fault: Fault.status(503) })
      assert.deepStrictEqual(yield* statuses(5), [200, 200, 200, 503, 200])
    }),
  )

  test(
    "are for an operation, a method, a path, or all of these at once",
    Effect.gen(function* () {
      yield* create("a@b.c")
      const matching: ReadonlyArray<FaultRule["on"]> = [
        { operation: "targets.get" },
        { method: "GET" },
        { path: "/targets/000MLGPR" },
        { path: /000ML/g },
        { operation: "targets.get", method: "GET", path: /^\/targets\// },
        {},
      ]
      for (const on of matching) {
        yield* script({ ...(on === undefined ? {} : { on }), times: 2, fault: Fault.status(503) })
        assert.deepStrictEqual(yield* statuses(3, "/targets/000MLGPR"), [503, 503, 200])
      }
      const others: ReadonlyArray<FaultRule["on"]> = [
        { operation: "targets.list" },
        { method: "DELETE" },
        { path: "/targets" },
        { path: /^x/ },
        { operation: "targets.get", method: "PUT" },
      ]
      for (const on of others) {
        yield* script({ ...(on === undefined ? {} : { on }), fault: Fault.status(503) })
        assert.deepStrictEqual(yield* statuses(1, "/targets/000MLGPR"), [200])
      }
    }),
  )

  const fields = [
    { id: 1, name: "Email", type: "email", isUnicity: true },
    { id: 2, name: "Name", type: "textField", isUnicity: true },
    { id: 3, name: "Note", type: "textField" },
  ] as const

  test(
    "can be for one contact, however a request names it",
    Effect.gen(function* () {
      const [jane, john] = yield* create("jane@x.y", "john@x.y")
      const headers = versioned
      const about = (
        address: string,
        id: string | undefined,
      ): ReadonlyArray<Parameters<typeof call>> => [
        ["GET", `/targets/${id}`],
        ["GET", `/targets?unicity=${address}`],
        ["PUT", `/targets?unicity=${address}`, { json: { 8103: address } }],
        ["PUT", "/targets", { json: { Email: address } }],
        ["POST", "/targets", { json: { 8103: address } }],
        ["PUT", `/targets/${id}`, { json: {} }],
        ["POST", `/targets/${id}/segments/12345`],
        ["POST", `/segments/12346/targets/${id}`],
        ["DELETE", `/targets/${id}/segments/12345`],
        ["DELETE", "/targets", { json: { type: "id", value: ["X", id] }, headers }],
        ["DELETE", "/targets", { json: { type: "unicity", value: [[address]] }, headers }],
        ["DELETE", `/targets/${id}`],
      ]
      for (const [index, request] of about("jane@x.y", jane).entries()) {
        yield* script({ on: { unicity: "jane@x.y" }, fault: Fault.status(503) })
        const other = about("john@x.y", john)[index] ?? request
        if (index < 9) assert.notStrictEqual((yield* call(...other)).status, 503)
        assert.strictEqual((yield* call(...request)).status, 503, String(request[1]))
        assert.notStrictEqual((yield* call("GET", `/targets/${jane}`)).status, 503)
      }
      yield* script({ on: { unicity: "jane@x.y" }, fault: Fault.status(503) })
      assert.deepStrictEqual(yield* statuses(2, "/targets"), [200, 200])
      const { status } = yield* call("POST", "/targets", { body: "{", headers: versioned })
      assert.notStrictEqual(status, 503)
    }),
  )

  test(
    "for one contact hold for retries of a delete too, when no id leads to it any more",
    Effect.gen(function* () {
      const [id] = yield* create("jane@x.y")
      yield* script({
        on: { unicity: "jane@x.y" },
        times: 2,
        fault: Fault.status(503, { applied: true }),
      })
      const path = `/targets/${id}`
      const seen = [
        (yield* call("DELETE", path)).status,
        (yield* call("DELETE", path)).status,
        (yield* call("DELETE", path)).status,
      ]
      assert.deepStrictEqual(seen, [503, 503, 404])
    }),
  )

  it.effect("for one contact name all fields of its unicity", () =>
    Effect.gen(function* () {
      const json = { 1: "a@b.c", 2: "Jane" }
      for (const [unicity, status] of [[["a@b.c", "Jane"], 503], ["a@b.c", 200]] as const) {
        yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.reset)
        yield* script({ on: { unicity }, fault: Fault.status(503) })
        assert.strictEqual((yield* call("POST", "/targets", { json })).status, status)
      }
    }).pipe(Effect.provide(Sandbox.layerWith({ fields }))))

  test(
    "can be for requests that are no operation",
    Effect.gen(function* () {
      yield* script({ on: { path: "/status" }, fault: Fault.html(200) })
      assert.strictEqual((yield* call("GET", "/status")).status, 200)
      assert.deepInclude(yield* last, { operation: "unknown", fault: "Respond" })
    }),
  )
})

describe("a fault", () => {
  it("says in full what it does, also what its maker left out", () => {
    assert.deepStrictEqual(
      [Fault.hang(), Fault.truncate(), Fault.status(503), Fault.latency("1 second")],
      [
        { _tag: "Hang", applied: false },
        { _tag: "Truncate", bytes: undefined, framing: "content-length" },
        { _tag: "Respond", status: 503, headers: {}, body: "", applied: false },
        { _tag: "Latency", duration: Duration.seconds(1), andThen: undefined },
      ],
    )
  })
})

describe("through the web handler", () => {
  test(
    "a lost connection rejects with Node's error",
    Effect.gen(function* () {
      yield* script({ fault: Fault.reset({ applied: true }) }, { fault: Fault.refuse })
      const json = { 8103: "a@b.c" }
      const lost = yield* Effect.flip(call("POST", "/targets", { json }))
      assert.deepInclude(lost, { code: "ECONNRESET", syscall: "read" })
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
      const refused = yield* Effect.flip(call("POST", "/targets", { json }))
      assert.deepInclude(refused, { code: "ECONNREFUSED", syscall: "connect" })
    }),
  )

  test(
    "a hang ends when the request is aborted, with the reason of who did",
    Effect.gen(function* () {
      yield* script({ fault: Fault.hang() })
      const { handler } = yield* Sandbox
      const controller = new AbortController()
      const sent = new Request(yield* request("GET", "/targets"), { signal: controller.signal })
      const pending = handler(sent).catch((error) => error)
      controller.abort("enough")
      assert.strictEqual(yield* Effect.promise(() => pending), "enough")
    }),
  )
})
