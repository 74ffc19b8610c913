import { assert, describe, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const bytes = (text: string) => new TextEncoder().encode(text)
const form = new FormData()
form.set("8103", "a@b.c")
const pieces = Stream.make(bytes("{"), bytes("}"))

const get = HttpClientRequest.get("https://x.invalid/targets")
const put = HttpClientRequest.put("https://x.invalid/targets")

/** Requests as Effect's client makes them, and how the server gets them. */
const table: ReadonlyArray<
  readonly [
    what: string,
    request: HttpClientRequest.HttpClientRequest,
    body: RegExp,
    framing: "content-length" | "transfer-encoding" | undefined,
  ]
> = [
  ["no body", get, /^$/, undefined],
  ["bytes", HttpClientRequest.bodyUint8Array(put, bytes("{}")), /^{}$/, "content-length"],
  [
    "a body of the runtime's own",
    HttpClientRequest.setBody(put, HttpBody.raw(new Blob(["{}"]))),
    /^{}$/,
    "content-length",
  ],
  [
    "a form",
    HttpClientRequest.bodyFormData(put, form),
    /name="8103"\r\n\r\na@b\.c\r\n/,
    "content-length",
  ],
  [
    "a stream of known length",
    HttpClientRequest.bodyStream(put, pieces, { contentLength: 2 }),
    /^{}$/,
    "content-length",
  ],
  ["a stream", HttpClientRequest.bodyStream(put, pieces), /^{}$/, "transfer-encoding"],
]

const inProcess = Layer.provideMerge(Sandbox.layerClient, Sandbox.layer)

const received = Effect.flatMap(
  Sandbox,
  (sandbox) => Effect.map(sandbox.requests, ([request]) => request),
)

describe("the client in process", () => {
  for (const [what, request, body, framing] of table) {
    it.effect(`sends ${what} as it would be on the wire`, () =>
      Effect.gen(function* () {
        yield* HttpClient.execute(request)
        const sent = yield* received
        assert.match(sent?.body ?? "", body)
        const { "content-length": length, "transfer-encoding": encoding } = sent?.headers ?? {}
        assert.strictEqual(
          length,
          framing === "content-length" ? String(sent?.body.length) : undefined,
        )
        assert.strictEqual(encoding, framing === "transfer-encoding" ? "chunked" : undefined)
      }).pipe(Effect.provide(inProcess)))
  }

  it.effect("sends the bytes of the moment, whatever becomes of their buffer", () =>
    Effect.gen(function* () {
      const buffer = bytes("{}")
      const sending = yield* Effect.forkChild(
        HttpClient.execute(HttpClientRequest.bodyUint8Array(put, buffer)),
        { startImmediately: true },
      )
      buffer.fill(0)
      yield* Fiber.join(sending)
      assert.strictEqual((yield* received)?.body, "{}")
    }).pipe(Effect.provide(inProcess)))

  it.effect("fails with the runtime's words on a request that can't be sent", () =>
    Effect.gen(function* () {
      const withBody = HttpClientRequest.setBody(get, HttpBody.raw("{}"))
      const { reason } = yield* Effect.flip(HttpClient.execute(withBody))
      assert.strictEqual(reason._tag, "TransportError")
      assert.instanceOf(reason.cause, TypeError)
      assert.isUndefined(yield* received)
    }).pipe(Effect.provide(inProcess)))
})

describe("a test of a pipeline", () => {
  const seed = { targets: [{ fields: { 8103: "a@b.c" } }] }

  it.effect("starts from the seed that its layer has", () =>
    Effect.gen(function* () {
      const [target] = yield* Effect.flatMap(Targets, (targets) => targets.list)
      assert.strictEqual(target?.fields["8103"], "a@b.c")
    }).pipe(Effect.provide(Sandbox.layerTargets({ seed }))))

  it.effect("that lacks a sandbox is told so", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(received as Effect.Effect<unknown>)
      assert.match(
        Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "",
        /@effect-np6\/targets\/Sandbox/,
      )
    }))
})
