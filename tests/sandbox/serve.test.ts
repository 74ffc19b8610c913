import { assert, describe, it } from "@effect/vitest"
import { Fault, type FaultRule, Sandbox, SandboxListenError } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { Server } from "node:http"
import process from "node:process"
import { vi } from "vitest"
import { nextTurn } from "../harness/time.ts"
import { addresses, call, create, raw } from "../harness/sandboxCalls.ts"

const script = (...rules: ReadonlyArray<FaultRule>) =>
  Effect.flatMap(Sandbox, (sandbox) => sandbox.script(...rules))

const last = Effect.flatMap(
  Sandbox,
  (sandbox) => Effect.map(sandbox.requests, (log) => log.at(-1)),
)

/** With a sandbox of its own, and a scope for what it serves. */
const test = (
  name: string,
  effect: Effect.Effect<void, unknown, Sandbox | Scope.Scope>,
) => it.effect(name, () => Effect.provide(Effect.scoped(effect), Sandbox.layer))

describe("over HTTP", () => {
  /** One request over a real socket: what arrived, or that the connection failed. */
  const fetched = (path: string, init: RequestInit = {}) =>
    Effect.gen(function* () {
      const { url } = yield* Sandbox.serve()
      return yield* Effect.promise(async () => {
        try {
          const response = await fetch(url + path, {
            redirect: "manual",
            ...init,
            headers: { "x-key": "sandbox-full-key", "content-type": "application/json" },
          })
          const bytes = await response.text().catch(() => "broken")
          return { status: response.status, headers: response.headers, body: bytes }
        } catch {
          return "failed"
        }
      })
    })

  const body = '{"8103":"a@b.c"}'
  const posted = fetched("/targets", { method: "POST", body })
  const post = [
    "POST /targets HTTP/1.1",
    "Host: x",
    "X-Key: sandbox-full-key",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n")

  test(
    "a request gets its response, and the server is gone when its scope is",
    Effect.gen(function* () {
      const url = yield* Effect.scoped(Effect.gen(function* () {
        const { port, url } = yield* Sandbox.serve()
        assert.strictEqual(url, `http://127.0.0.1:${port}`)
        const response = yield* Effect.promise(() => fetch(`${url}/targets`))
        assert.strictEqual(response.status, 401)
        yield* Effect.promise(() => response.text())
        return url
      }))
      const gone = yield* Effect.promise(() => fetch(url).then(() => false, () => true))
      assert.isTrue(gone)
    }),
  )

  test(
    "a request that hangs ends with the server",
    Effect.gen(function* () {
      yield* script({ fault: Fault.hang({ applied: true }) })
      const pending = yield* Effect.scoped(Effect.gen(function* () {
        const { port } = yield* Sandbox.serve()
        const pending = yield* Effect.forkChild(raw(port, post), { startImmediately: true })
        yield* Effect.repeat(Effect.andThen(nextTurn, last), {
          until: (record) => record?.applied === true,
        })
        return pending
      }))
      assert.strictEqual(yield* Fiber.join(pending), "")
    }),
  )

  test(
    "a reset connection fails the request, before or after the effect",
    Effect.gen(function* () {
      yield* script(
        { fault: Fault.reset({ applied: false }) },
        { fault: Fault.refuse },
        { fault: Fault.reset({ applied: true }) },
      )
      assert.strictEqual(yield* posted, "failed")
      assert.strictEqual(yield* posted, "failed")
      assert.deepStrictEqual(yield* addresses, [])
      assert.strictEqual(yield* posted, "failed")
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "a body cut short of its length breaks, one without a length does not",
    Effect.gen(function* () {
      yield* create("a@b.c")
      yield* script(
        { fault: Fault.truncate({ bytes: 10 }) },
        { fault: Fault.truncate({ bytes: 10, framing: "close" }) },
      )
      assert.deepInclude(yield* fetched("/targets/000MLGPR"), { status: 200, body: "broken" })
      assert.deepInclude(yield* fetched("/targets/000MLGPR"), { status: 200, body: '{"id":"000' })
    }),
  )

  test(
    "other responses arrive as they were made",
    Effect.gen(function* () {
      yield* script(
        { fault: Fault.status(503, { headers: { "retry-after": "30" }, body: "later" }) },
        { fault: Fault.redirect("https://x.invalid/", 307) },
        { fault: Fault.status(204) },
        { fault: Fault.contentType("text/html") },
      )
      const refused = yield* fetched("/targets")
      assert.deepInclude(refused, { status: 503, body: "later" })
      assert.strictEqual(
        typeof refused === "string" ? "" : refused.headers.get("retry-after"),
        "30",
      )
      assert.deepInclude(yield* fetched("/targets"), { status: 307, body: "" })
      assert.deepInclude(yield* fetched("/targets"), { status: 204, body: "" })
      assert.deepInclude(yield* fetched("/targets"), { status: 200, body: "[]" })
    }),
  )

  test(
    "a client that goes away ends its request on the server",
    Effect.gen(function* () {
      yield* create("a@b.c")
      yield* script({ fault: Fault.latency("1 hour") })
      yield* Effect.scoped(Effect.gen(function* () {
        const { url } = yield* Sandbox.serve()
        const controller = new AbortController()
        const pending = fetch(`${url}/targets/000MLGPR`, {
          method: "DELETE",
          headers: { "x-key": "sandbox-full-key" },
          signal: controller.signal,
        }).then(() => "answered", () => "aborted")
        yield* Effect.repeat(Effect.andThen(nextTurn, last), {
          until: (record) => record?.fault === "Latency",
        })
        controller.abort()
        assert.strictEqual(yield* Effect.promise(() => pending), "aborted")
      }))
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
    }),
  )

  test(
    "a port that is taken or out of range is a SandboxListenError",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      const error = yield* Effect.flip(Sandbox.serve({ port }))
      assert.strictEqual(error._tag, "SandboxListenError")
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1, port ${port}: `))
      const absurd = yield* Effect.flip(Sandbox.serve({ port: 65_536 }))
      assert.strictEqual(absurd._tag, "SandboxListenError")
    }),
  )

  it("a SandboxListenError of unknown cause names the address alone", () => {
    const error = new SandboxListenError({ hostname: "::1", port: 80, cause: undefined })
    assert.strictEqual(error.message, "The sandbox cannot listen on ::1, port 80.")
  })

  test(
    "a runtime without an HTTP server is a SandboxListenError",
    Effect.gen(function* () {
      const builtin = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined)
      const error = yield* Effect.flip(Sandbox.serve({ port: 80 }))
      builtin.mockRestore()
      assert.strictEqual(
        error.message,
        "The sandbox cannot listen on 127.0.0.1, port 80: this runtime has no node:http",
      )
    }),
  )

  test(
    "control routes are for the hosts of allowHosts too",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve({ allowHosts: ["np6"] })
      const ask = (host: string) =>
        raw(port, `GET /_sandbox/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      assert.match(yield* ask(`np6:${port}`), /^HTTP\/1\.1 200 /)
      assert.match(yield* ask("localhost"), /^HTTP\/1\.1 200 /)
      assert.match(yield* ask("other"), /^HTTP\/1\.1 403 [^]*--allow-host other/)
    }),
  )

  test(
    "an address of IPv6 stands in brackets in the URL",
    Effect.gen(function* () {
      const served = yield* Effect.result(Sandbox.serve({ hostname: "::1" }))
      if (served._tag === "Success") {
        assert.strictEqual(served.success.url, `http://[::1]:${served.success.port}`)
      } else {
        // Not every machine has one.
        assert.match(served.failure.message, /EADDRNOTAVAIL|EAFNOSUPPORT/)
      }
    }),
  )

  test(
    "an error of a server that listens is not swallowed as one of its start",
    Effect.gen(function* () {
      const listen = vi.spyOn(Server.prototype, "listen")
      yield* Effect.addFinalizer(() => Effect.sync(() => listen.mockRestore()))
      yield* Sandbox.serve()
      const [server] = listen.mock.contexts
      const error = new Error("accept EMFILE")
      assert.instanceOf(server, Server)
      assert.throws(() => server.emit("error", error), error)
    }),
  )
})

describe("on the wire", () => {
  const head = (method: string, path = "/targets"): string =>
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nX-Key: sandbox-full-key\r\n`
  const json = "Content-Type: application/json\r\n"
  const get = `${head("GET")}\r\n`
  const lastGet = `${head("GET")}Connection: close\r\n\r\n`

  const statuses = (answers: string): ReadonlyArray<string> =>
    Array.from(answers.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status ?? "")

  test(
    "a POST or PUT without a content-length is 411, and so is whatever is chunked",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      const version = "Accept: application/vnd.np6.cm.v1+json\r\n"
      const chunked = "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
      for (
        const request of [
          ...["POST", "PUT"].map((method) => `${head(method)}${json}Connection: close\r\n\r\n`),
          ...["POST", "PUT", "DELETE"].map((method) =>
            `${head(method)}${json}${version}Connection: close\r\n${chunked}`
          ),
        ]
      ) {
        assert.match(yield* raw(port, request), /^HTTP\/1\.1 411 Length Required\r\n/, request)
      }
    }),
  )

  test(
    "odd request targets are paths that are not there, and do no harm",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      for (const target of ["//elsewhere.invalid/targets", "ftp://x/targets", "/%", "/a b"]) {
        const request = `${head("GET", target)}Connection: close\r\n\r\n`
        assert.match(yield* raw(port, request), /^HTTP\/1\.1 (?:400|501) /)
      }
      const { requests } = yield* Sandbox
      assert.deepStrictEqual(
        (yield* requests).map(({ path }) => path),
        ["//elsewhere.invalid/targets", "/ftp://x/targets", "/%"],
      )
      assert.strictEqual((yield* call("GET", "/targets")).status, 200)
    }),
  )

  test(
    "pipelined requests are acted on in order, and their responses come in order",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      const body = (name: number) => `{"8103":"a@b.c","8102":"${name}"}`
      const put = (name: number) =>
        `${head("PUT")}${json}Content-Length: ${body(name).length}\r\n\r\n${body(name)}`
      const names = Array.from({ length: 20 }, (_, index) => index + 10)
      const sent = names.map((name) => `${put(name)}${head("GET", "/targets/000MLGPR")}\r\n`)
      // A body takes longer to read than none: without order, the GETs would overtake.
      yield* script({ times: 5, on: { method: "PUT" }, fault: Fault.latency(0) })
      const received = yield* raw(port, `${sent.join("")}${lastGet}`)
      assert.deepStrictEqual(
        Array.from(received.matchAll(/"8102":"(\d+)"/g), ([, name]) => Number(name)),
        names.flatMap((name) => [name, name]),
      )
      const { requests } = yield* Sandbox
      assert.deepStrictEqual(
        (yield* requests).map(({ method }) => method),
        [...names.flatMap(() => ["PUT", "GET"]), "GET"],
      )
    }),
  )

  test(
    "a request behind one that hangs waits for its turn",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      yield* script({ fault: Fault.latency("1 hour") })
      const pending = yield* Effect.forkChild(raw(port, `${get}${lastGet}`))
      yield* Effect.repeat(Effect.andThen(nextTurn, last), {
        until: (record) => record?.fault === "Latency",
      })
      for (let turn = 0; turn < 20; turn++) yield* nextTurn
      const { requests } = yield* Sandbox
      assert.strictEqual((yield* requests).length, 1)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(statuses(yield* Fiber.join(pending)), ["200", "200"])
    }),
  )

  test(
    "a whole URL for a target is its path: what a client sends to a proxy",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      yield* create("a@b.c")
      for (
        const target of [
          "http://api-cm.np6.com/targets/000MLGPR",
          "HTTP://backoffice.mailperformance.com:80/targets/000MLGPR",
          "https://np6.example/targets/?unicity=a@b.c",
        ]
      ) {
        const request = `${head("GET", target)}Connection: close\r\n\r\n`
        assert.match(yield* raw(port, request), /^HTTP\/1\.1 200 OK\r\n/, target)
      }
      assert.deepInclude(yield* last, { path: "/targets/", query: "unicity=a@b.c" })
    }),
  )

  test(
    "a body of more than 30 MB is read to its end, refused with 413 and not kept",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      const length = 30_000_001
      const post = `${head("POST")}${json}Content-Length: ${length}\r\n`
      const received = yield* raw(port, `${post}\r\n${" ".repeat(length)}${lastGet}`)
      assert.deepStrictEqual(statuses(received), ["413", "200"])
      const { requests } = yield* Sandbox
      const [entry] = yield* requests
      assert.deepInclude(entry, { body: "", bodyBytes: length, status: 413, applied: false })
    }),
  )

  test(
    "a connection goes on after a response, with a body or without one",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      yield* script({ fault: Fault.status(204) }, { fault: Fault.status(500, { body: "no" }) })
      assert.deepStrictEqual(
        statuses(yield* raw(port, `${get}${get}${get}${lastGet}`)),
        ["204", "500", "200", "200"],
      )
    }),
  )

  test(
    "a body that is cut without a trace ends with the connection",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      yield* script({ fault: Fault.truncate({ bytes: 1, framing: "close" }) })
      const [headers = "", body] = (yield* raw(port, get)).split("\r\n\r\n")
      assert.strictEqual(body, "[")
      assert.match(headers, /^connection: close$/m)
      assert.notMatch(headers, /transfer-encoding|content-length/i)
    }),
  )

  test(
    "a body that breaks before its first byte leaves its headers",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      yield* script({ fault: Fault.truncate({ bytes: 0 }) })
      const [headers = "", body] = (yield* raw(port, get)).split("\r\n\r\n")
      assert.match(headers, /^HTTP\/1\.1 200 OK\r\n/)
      assert.match(headers, /^content-length: 2$/m)
      assert.strictEqual(body, "")
    }),
  )

  test(
    "a status that has no body has none",
    Effect.gen(function* () {
      const { port } = yield* Sandbox.serve()
      for (const status of [204, 205, 304]) {
        yield* script({ fault: Fault.status(status, { body: "no" }) })
        const [headers = "", body] = (yield* raw(port, lastGet)).split("\r\n\r\n")
        assert.deepStrictEqual(statuses(headers), [String(status)])
        // A chunked body without a chunk is a zero.
        assert.include(["", "0"], body)
      }
    }),
  )
})
