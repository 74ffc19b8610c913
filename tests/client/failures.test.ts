import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Duration, Effect, Fiber } from "effect"
import {
  HttpClient,
  HttpClientError,
  type HttpClientRequest,
  HttpClientResponse,
} from "effect/http"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { nameOf } from "../harness/errors.ts"
import { operations } from "../harness/operations.ts"
import { json, recording, sampleTarget, status, transport } from "../harness/recording.ts"

const once = { retry: RetryPolicy.none }

// What a status means for an operation that doesn't document it.
const undocumented: {
  readonly [status: number]: readonly [name: string, applied: "no" | "unknown"]
} = {
  300: ["UnexpectedResponse/Redirect", "unknown"],
  301: ["UnexpectedResponse/Redirect", "unknown"],
  302: ["UnexpectedResponse/Redirect", "unknown"],
  303: ["UnexpectedResponse/Redirect", "unknown"],
  307: ["UnexpectedResponse/Redirect", "unknown"],
  308: ["UnexpectedResponse/Redirect", "unknown"],
  399: ["UnexpectedResponse/Redirect", "unknown"],
  400: ["BadRequest", "no"],
  401: ["Unauthorized", "no"],
  403: ["Forbidden", "no"],
  404: ["UnexpectedResponse/Status", "no"],
  405: ["UnexpectedResponse/Status", "no"],
  408: ["UnexpectedResponse/Status", "unknown"],
  409: ["UnexpectedResponse/Status", "no"],
  410: ["UnexpectedResponse/Status", "no"],
  411: ["BadRequest", "no"],
  413: ["BadRequest", "no"],
  415: ["BadRequest", "no"],
  418: ["UnexpectedResponse/Status", "no"],
  422: ["BadRequest", "no"],
  429: ["RateLimited", "no"],
  500: ["ServerError", "unknown"],
  501: ["ServerError", "unknown"],
  502: ["ServerError", "unknown"],
  503: ["ServerError", "unknown"],
  504: ["ServerError", "unknown"],
  599: ["ServerError", "unknown"],
}

describe("a status", () => {
  for (const { operation, run, documented, isRead } of operations) {
    it.effect(`of ${operation} is the failure it documents, or says that it documents none`, () =>
      Effect.forEach(Object.entries(undocumented), ([code, [name, applied]]) => {
        const { requests, layer } = recording([status(Number(code))], once)
        return Effect.gen(function* () {
          const error = yield* Effect.flip(run(yield* Targets))
          assert.strictEqual(nameOf(error), documented[Number(code)] ?? name)
          assert.propertyVal(error, "operation", operation)
          assert.propertyVal(error, "applied", isRead ? "no" : applied)
          assert.propertyVal(error, "attempts", 1)
          assert.propertyVal(error, "status", Number(code))
          assert.propertyVal(error, "requestId", "req-1")
          assert.strictEqual(requests.length, 1)
        }).pipe(Effect.provide(layer))
      }, { discard: true }))
  }

  for (const code of [200, 201, 202]) {
    it.effect(`${code} with a body is success`, () => {
      const { layer } = recording([json(sampleTarget, code)])
      return Effect.gen(function* () {
        const targets = yield* Targets
        assert.strictEqual((yield* targets.create({ 8103: "a@b.c" })).id, "000MLGPR")
        yield* targets.addToSegment("000MLGPR", 1)
        yield* targets.delete("000MLGPR")
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("that a browser hides is a redirect's", () => {
    const { layer } = recording([() => Response.error()], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.get("000MLGPR"))
      assert.strictEqual(nameOf(error), "UnexpectedResponse/Redirect")
    }).pipe(Effect.provide(layer))
  })

  it.effect("that isn't one of HTTP's is none that is known", () => {
    const strange = () => Object.defineProperty(new Response(null), "status", { value: 600 })
    const { layer } = recording([strange], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.get("000MLGPR"))
      assert.strictEqual(nameOf(error), "UnexpectedResponse/Status")
    }).pipe(Effect.provide(layer))
  })

  it.effect("of a client that fails on statuses by itself is still the answer's", () => {
    const { layer } = recording([status(404)], {
      ...once,
      transformClient: (client) => HttpClient.filterStatusOk(client),
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* Effect.flip(targets.get("000MLGPR")))._tag, "NotFound")
    }).pipe(Effect.provide(layer))
  })
})

describe("the words of an error's body", () => {
  const bodies: ReadonlyArray<readonly [body: string, detail: string | undefined]> = [
    ["", undefined],
    ["  ", undefined],
    ["{}", undefined],
    ["[]", undefined],
    ["null", undefined],
    [
      "target cannot be identified - unicity is null",
      "target cannot be identified - unicity is null",
    ],
    ['"JSON text"', "JSON text"],
    ['{"Message":"from ASP.NET"}', "from ASP.NET"],
    ['{"Message":"short","ExceptionMessage":"the exception"}', "the exception"],
    ['{"message":"lower case"}', "lower case"],
    ['{"error":"an error"}', "an error"],
    ['{"error":{"message":"nested"}}', "nested"],
    ['{"title":"Bad Request","status":400}', "Bad Request"],
    [
      '{"errorType":"Validation","errorData":[{"value":"no such field"}]}',
      "Validation: no such field",
    ],
    [
      "<html><head><style>p{}</style></head><body><h1>Bad&nbsp;</h1><p>Gateway</p></body></html>",
      "Bad&nbsp; Gateway",
    ],
    ["{broken", "{broken"],
    ["two\r\nlines\u0000", "two lines"],
    ["word ".repeat(20_000), `${"word ".repeat(60).slice(0, 299)}…`],
  ]
  for (const [body, detail] of bodies) {
    it.effect(`${JSON.stringify(body.slice(0, 40))} are read as ${JSON.stringify(detail?.slice(0, 40))}`, () => {
      const { layer } = recording([status(400, body)])
      return Effect.gen(function* () {
        const targets = yield* Targets
        const error = yield* Effect.flip(targets.create({ 8103: "a@b.c" }))
        assert.strictEqual(error._tag, "BadRequest")
        assert.strictEqual("detail" in error ? error.detail : undefined, detail)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("don't come back with what was sent, an address or a number", () => {
    const echo =
      "No Doe-Smith, jane+x@example.com, jane%2Bx%40example.com, O'NEIL, Francois, other@example.org, +33 6 12 34 56 78 or M"
    const { layer } = recording([status(400, JSON.stringify({ Message: echo }))])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(
        targets.upsert("jane+x@example.com", {
          8101: "M",
          8102: "Doe-Smith",
          8104: ["O'Neil", "François"],
        }),
      )
      assert.strictEqual(error._tag, "BadRequest")
      assert.propertyVal(error, "detail", "No … or …")
    }).pipe(Effect.provide(layer))
  })

  const echoes = [
    "String would be truncated. Truncated value: 'Montgo'.",
    "Fran&ccedil;ois, Fran&#231;ois, Fran\\u00e7ois, FRANCOIS, FranÃ§ois",
    "valueMontgomery8103",
    "no target 974d82733bd630e8f23671dcfc322a7e",
    `<p>${"Montgomery ".repeat(2000)}</p>`,
  ]
  for (const echo of echoes) {
    it.effect(`don't come back in part either: ${echo.slice(0, 40)}`, () => {
      const { layer } = recording([status(400, echo)])
      return Effect.gen(function* () {
        const targets = yield* Targets
        const error = yield* Effect.flip(
          targets.update("000MLGPR", { 8101: "François", 8102: "Montgomery" }),
        )
        assert.notMatch(error.message, /mont|fran|ois|974d/i)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("are read in no time, whatever they are made to look like", () =>
    Effect.forEach(["<".repeat(65_536), "<script ".repeat(8192), "<!--".repeat(16_384)], (page) => {
      const { layer } = recording([status(503, page)], once)
      return Effect.gen(function* () {
        const targets = yield* Targets
        const [elapsed] = yield* Effect.timed(Effect.flip(targets.get("000MLGPR")))
        // Virtual time: the test would time out if the page took long.
        assert.strictEqual(Duration.toMillis(elapsed), 0)
      }).pipe(Effect.provide(layer))
    }))

  it.effect("that never come don't hide the status", () => {
    const { layer } = recording([() => new Response(new ReadableStream({}), { status: 403 })])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(Effect.flip(targets.list))
      yield* TestClock.adjust("30 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "Forbidden")
      assert.notProperty(error, "detail")
    }).pipe(Effect.provide(layer))
  })

  it.effect("that break off don't hide the status", () => {
    const breaking = () =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) }),
        { status: 401 },
      )
    const { layer } = recording([breaking])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.get("000MLGPR"))
      assert.strictEqual(error._tag, "Unauthorized")
      assert.notProperty(error, "detail")
    }).pipe(Effect.provide(layer))
  })
})

describe("a client that fails by itself", () => {
  type Reason = HttpClientError.HttpClientErrorReason
  type Request = HttpClientRequest.HttpClientRequest
  // A client in JavaScript may fail with whatever it likes.
  const failing = (fail: (request: Request) => unknown) => () =>
    HttpClient.make((request) => Effect.fail(fail(request) as HttpClientError.HttpClientError))
  const of = (reason: (request: Request) => Reason) => (request: Request) =>
    new HttpClientError.HttpClientError({ reason: reason(request) })
  const answered = (request: Request) => ({
    request,
    response: HttpClientResponse.fromWeb(request, new Response()),
  })
  const refused = { code: "ECONNREFUSED" }
  const cases: ReadonlyArray<
    readonly [name: string, fail: (request: Request) => unknown, reason: string]
  > = [
    [
      "because of the transport",
      of((request) => new HttpClientError.TransportError({ request, cause: refused })),
      "Connect",
    ],
    [
      "because of the transport, in words that say something else",
      of((request) =>
        new HttpClientError.TransportError({
          request,
          cause: refused,
          description: "connection closed before message completed",
        })
      ),
      "Connect",
    ],
    [
      "to encode a body sent nothing",
      of((request) => new HttpClientError.EncodeError({ request })),
      "Connect",
    ],
    [
      "to make a URL sent nothing",
      of((request) => new HttpClientError.InvalidUrlError({ request })),
      "Connect",
    ],
    [
      "to read a body had an answer",
      of((request) => new HttpClientError.DecodeError({ ...answered(request), cause: refused })),
      "Reset",
    ],
    [
      "for want of a body had an answer",
      of((request) => new HttpClientError.EmptyBodyError({ ...answered(request), cause: refused })),
      "Reset",
    ],
    ["with what it likes is read for a reason", () => refused, "Connect"],
    ["with nothing that says anything may have sent it", () => undefined, "Reset"],
  ]
  for (const [name, fail, reason] of cases) {
    it.effect(name, () => {
      const { layer } = recording([status(200)], { ...once, transformClient: failing(fail) })
      return Effect.gen(function* () {
        const targets = yield* Targets
        const error = yield* Effect.flip(targets.create({ 8103: "a@b.c" }))
        assert.strictEqual(nameOf(error), `TransportError/${reason}`)
        assert.propertyVal(error, "applied", reason === "Connect" ? "no" : "unknown")
      }).pipe(Effect.provide(layer))
    })
  }
})

describe("a client that reads bodies by itself", () => {
  const reading: ReadonlyArray<
    readonly [
      string,
      (
        response: HttpClientResponse.HttpClientResponse,
      ) => Effect.Effect<unknown, HttpClientError.HttpClientError>,
    ]
  > = [
    ["as text", (response) => response.text],
    ["as JSON", (response) => response.json],
  ]
  for (const [name, read] of reading) {
    it.effect(`${name} takes nothing from an operation`, () => {
      const { layer } = recording([json(sampleTarget)], {
        transformClient: HttpClient.tap(read),
      })
      return Effect.gen(function* () {
        const targets = yield* Targets
        assert.strictEqual((yield* targets.get("000MLGPR")).id, "000MLGPR")
        yield* targets.delete("000MLGPR")
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("makes no list of nothing: that is a typed failure", () => {
    const { layer } = recording([json([sampleTarget])], {
      ...once,
      transformClient: HttpClient.tap((response) => response.text),
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual(nameOf(yield* Effect.flip(targets.list)), "UnexpectedResponse/Body")
    }).pipe(Effect.provide(layer))
  })

  it.effect("and fails on one had an answer: a create isn't sent again", () => {
    const { requests, layer } = recording([status(200, "created")], {
      transformClient: HttpClient.tap((response) => response.json),
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.create({ 8103: "a@b.c" }))
      assert.strictEqual(requests.length, 1)
      assert.propertyVal(error, "applied", "unknown")
    }).pipe(Effect.provide(layer))
  })
})

describe("a refusal", () => {
  const bodies: ReadonlyArray<readonly [what: string, body: () => ReadableStream]> = [
    ["never comes", () => new ReadableStream({})],
    [
      "breaks",
      () =>
        new ReadableStream({
          pull: (controller) => controller.error(new Error("reset")),
        }),
    ],
  ]
  for (const [what, body] of bodies) {
    it.effect(`says all by its status where its body ${what}`, () => {
      const answer = () =>
        new Response(body(), { status: 403, headers: { "x-request-id": "req-1" } })
      const { layer } = recording([answer], { ...once, timeout: "5 seconds" })
      return Effect.gen(function* () {
        const targets = yield* Targets
        const fiber = yield* Effect.forkChild(Effect.flip(targets.get("000MLGPR")))
        yield* TestClock.adjust("5 seconds")
        const error = yield* Fiber.join(fiber)
        assert.strictEqual(error._tag, "Forbidden")
        assert.propertyVal(error, "requestId", "req-1")
        assert.notProperty(error, "detail")
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("of what an attempt without an answer did is a success without its body, too", () => {
    const conflict = () => new Response(new ReadableStream({}), { status: 409 })
    const { requests, layer } = recording([transport.reset, conflict], { timeout: "5 seconds" })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(targets.addToSegment("000MLGPR", 12))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(layer))
  })
})

describe("a success that says all by its status", () => {
  it.effect("needs no body within the timeout", () => {
    const { layer } = recording([() => new Response(new ReadableStream({}))], {
      timeout: "500 millis",
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(targets.delete("000MLGPR"))
      yield* TestClock.adjust("500 millis")
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(layer))
  })

  it.effect("isn't undone by a body that never comes", () => {
    const { layer } = recording([() => new Response(new ReadableStream({}))])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(targets.delete("000MLGPR"))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(layer))
  })
})

describe("no answer", () => {
  it.effect("because Deno wasn't given the permission, so nothing was sent", () => {
    const denied = Object.assign(new Error('Requires net access to "api-cm.np6.com:443"'), {
      name: "NotCapable",
    })
    const { requests, layer } = recording([() => ({ cause: denied })])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.create({ 8103: "a@b.c" }))
      assert.strictEqual(nameOf(error), "TransportError/Connect")
      assert.propertyVal(error, "applied", "no")
      assert.include(error.message, "--allow-net")
      assert.strictEqual(requests.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("because TLS failed in the middle of it leaves it unknown", () => {
    const broken = Object.assign(new Error("bad record"), { code: "ERR_SSL_BAD_RECORD_TYPE" })
    const { requests, layer } = recording([() => ({ cause: broken })])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.create({ 8103: "a@b.c" }))
      assert.strictEqual(requests.length, 1)
      assert.propertyVal(error, "applied", "unknown")
    }).pipe(Effect.provide(layer))
  })

  const causes: ReadonlyArray<
    readonly [name: keyof typeof transport, reason: string, applied: "no" | "unknown", code: string]
  > = [
    ["refused", "Connect", "no", "ECONNREFUSED"],
    ["refusedDeno", "Connect", "no", "ECONNREFUSED"],
    ["reset", "Reset", "unknown", "ECONNRESET"],
    ["resetDeno", "Reset", "unknown", "ECONNRESET"],
  ]
  for (const { operation, run, isRead } of operations) {
    for (const [name, reason, applied, code] of causes) {
      it.effect(`(${name}) of ${operation} is a transport error that says what it means`, () => {
        const { layer } = recording([transport[name]], once)
        return Effect.gen(function* () {
          const error = yield* Effect.flip(run(yield* Targets))
          assert.strictEqual(nameOf(error), `TransportError/${reason}`)
          assert.propertyVal(error, "applied", isRead ? "no" : applied)
          assert.propertyVal(error, "detail", code)
          assert.notInclude(inspect(error, { depth: 20 }), "canary")
        }).pipe(Effect.provide(layer))
      })
    }

    it.effect(`within the timeout ends ${operation}`, () => {
      const { layer } = recording([() => "never"], { ...once, timeout: "7 seconds" })
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.flip(run(yield* Targets)))
        yield* TestClock.adjust(Duration.millis(6999))
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust(Duration.millis(1))
        const error = yield* Fiber.join(fiber)
        assert.strictEqual(nameOf(error), "TransportError/Timeout")
        assert.propertyVal(error, "applied", isRead ? "no" : "unknown")
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("includes a body that drips beyond the timeout, and its connection is let go", () => {
    let cancelled = false
    const dripping = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array([0x7b])),
          cancel: () => {
            cancelled = true
          },
        }),
      )
    const { layer } = recording([dripping], { ...once, timeout: "1 second" })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(Effect.flip(targets.get("000MLGPR")))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(nameOf(yield* Fiber.join(fiber)), "TransportError/Timeout")
      assert.isTrue(cancelled)
    }).pipe(Effect.provide(layer))
  })
})
