import { assert, describe, it } from "@effect/vitest"
import { BadRequest, RetryPolicy, Targets } from "@effect-np6/targets"
import { Duration, Effect, Fiber, Redacted, Schema } from "effect"
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
import { inTime } from "../harness/time.ts"

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

describe("a response that isn't NP6's", () => {
  const page = "<!DOCTYPE html><html><title>Blocked</title><p>by the firewall</html>"
  const html = { "content-type": "text/html; charset=utf-8" }
  type Case = readonly [
    what: string,
    code: number,
    answer: () => Response,
    reason: string,
    /** Of an operation that writes. */
    applied: "no" | "unknown",
    detail: string,
    remedy: "setup" | "retry",
  ]
  const statuses = [200, 201, 400, 401, 403, 404, 409, 410, 429, 500, 503]
  const cases: ReadonlyArray<Case> = [
    ...statuses.map((code): Case => [
      "a page",
      code,
      status(code, page, html),
      "Html",
      "unknown",
      "Blocked by the firewall",
      code === 429 || code >= 500 ? "retry" : "setup",
    ]),
    [
      "an unlabelled page",
      404,
      status(404, page),
      "Html",
      "unknown",
      "Blocked by the firewall",
      "setup",
    ],
    [
      "a page that is labelled JSON",
      409,
      status(409, page, { "content-type": "application/json" }),
      "Html",
      "unknown",
      "Blocked by the firewall",
      "setup",
    ],
    [
      "a page without its body",
      404,
      () => new Response(null, { status: 404, headers: html }),
      "Html",
      "unknown",
      "",
      "setup",
    ],
    ["a part", 206, json([sampleTarget], 206), "Partial", "unknown", "", "setup"],
    ["a proxy's demand", 407, status(407, "log in"), "Proxy", "no", "log in", "setup"],
    [
      "a proxy's page",
      407,
      status(407, page, html),
      "Proxy",
      "no",
      "Blocked by the firewall",
      "setup",
    ],
    [
      "a redirect's page",
      302,
      status(302, page, html),
      "Redirect",
      "unknown",
      "Blocked by the firewall",
      "setup",
    ],
    ["a redirect", 308, status(308), "Redirect", "unknown", "", "setup"],
  ]
  for (const { operation, run, isRead } of operations) {
    it.effect(`is UnexpectedResponse of ${operation}, whatever its status`, () =>
      Effect.forEach(cases, ([what, code, answer, reason, applied, detail, remedy]) => {
        const { layer, requests } = recording([answer], once)
        const name = `${code}, ${what}`
        return Effect.gen(function* () {
          const error = yield* Effect.flip(run(yield* Targets))
          assert.strictEqual(nameOf(error), `UnexpectedResponse/${reason}`, name)
          assert.propertyVal(error, "status", code, name)
          assert.propertyVal(error, "applied", isRead ? "no" : applied, name)
          if (!/list|stream/.test(operation) || code >= 300) {
            assert.propertyVal(error, "detail", detail, name)
          }
          const isUnsafe = operation === "targets.create" && applied === "unknown"
          assert.propertyVal(
            error,
            "remedy",
            isUnsafe && remedy === "retry" ? "verify" : remedy,
            name,
          )
          assert.strictEqual(requests.length, 1, name)
        }).pipe(Effect.provide(layer))
      }, { discard: true }))
  }

  it.effect("never says that an earlier attempt was applied", () =>
    Effect.forEach([404, 409], (code) =>
      Effect.gen(function* () {
        for (const { operation, run } of operations) {
          const { layer } = recording([transport.reset, status(code, page, html)])
          const error = yield* Effect.flip(
            inTime<unknown, { readonly _tag: string }, never>(
              Effect.provide(Effect.flatMap(Targets, run), layer),
            ),
          )
          const isSentOnce = operation === "targets.create"
          assert.strictEqual(
            nameOf(error),
            isSentOnce ? "TransportError/Reset" : "UnexpectedResponse/Html",
            operation,
          )
        }
      })))

  it.effect("never says that a target is in the segment", () => {
    const { layer } = recording([json(sampleTarget), status(409, page, html)], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.ensureInSegment("a@b.c", { 8103: "a@b.c" }, 1))
      assert.strictEqual(nameOf(error), "UnexpectedResponse/Html")
    }).pipe(Effect.provide(layer))
  })

  it.effect("is sent again where it passes", () => {
    const { layer, requests } = recording([status(503, page, html), json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* inTime(targets.get("000MLGPR"))).id, "000MLGPR")
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is NP6's where only its label is of a page", () => {
    const { layer } = recording([
      json(sampleTarget, 200, html),
      status(404, "target cannot be identified", html),
      status(404, "no < such > target"),
    ])
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* targets.get("000MLGPR")).id, "000MLGPR")
      for (const detail of ["target cannot be identified", "no < such > target"]) {
        const error = yield* Effect.flip(targets.get("000MLGPR"))
        assert.deepInclude(error, { _tag: "NotFound", detail })
      }
    }).pipe(Effect.provide(layer))
  })
})

describe("the words of an error's body", () => {
  const bodies: ReadonlyArray<readonly [body: string, detail: string]> = [
    ["", ""],
    ["  ", ""],
    ["{}", ""],
    ["[]", ""],
    ["null", ""],
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
    ["{broken", "{broken"],
    ["two\r\nlines\u0000", "two lines"],
    ["word ".repeat(20_000), `${"word ".repeat(60).slice(0, 299)}…`],
  ]
  for (const [body, detail] of bodies) {
    it.effect(`${JSON.stringify(body.slice(0, 40))} are read as ${JSON.stringify(detail.slice(0, 40))}`, () => {
      const { layer } = recording([status(400, body)])
      return Effect.gen(function* () {
        const targets = yield* Targets
        const error = yield* Effect.flip(targets.create({ 8103: "a@b.c" }))
        assert.strictEqual(error._tag, "BadRequest")
        assert.strictEqual("detail" in error ? error.detail : "none", detail)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("don't come back with what was sent, an address or a number", () => {
    const echo =
      "No Doe-Smith, jane+x@example.com, jane%2Bx%40example.com, O'Neil, Fran&#231;ois, other@example.org, +33 6 12 34 56 78 or M"
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
      assert.propertyVal(error, "detail", "No …, …, …, …, …, …, … or …")
    }).pipe(Effect.provide(layer))
  })

  it.effect("stay, where they are words of an address or part of a longer number", () => {
    const said = "target cannot be identified - unicity is null (8000-17)"
    const { layer } = recording([status(400, said, { "x-request-id": "req-18000" })])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(
        targets.upsert("target@identified.example", { 8101: "null and void", 8106: 800 }),
      )
      assert.propertyVal(error, "detail", said)
      assert.propertyVal(error, "requestId", "req-18000")
    }).pipe(Effect.provide(layer))
  })

  it.effect("are whole in `words`, which nothing shows", () => {
    const said = '{"Message":"No jane@example.com","more":"unshown"}'
    const { layer } = recording([status(400, said)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.getByUnicity("jane@example.com"))
      assert.instanceOf(error, BadRequest)
      assert.isTrue(Redacted.isRedacted(error.words))
      assert.strictEqual(error.words && Redacted.value(error.words), said)
      for (
        const shown of [
          inspect(error, { depth: 20, showHidden: true, getters: true }),
          JSON.stringify(error),
          JSON.stringify(structuredClone(error)),
          JSON.stringify(Schema.encodeSync(Schema.toCodecJson(BadRequest))(error)),
          error.stack,
        ]
      ) assert.notMatch(shown ?? "", /jane|unshown/)
    }).pipe(Effect.provide(layer))
  })

  it.effect("are none, where the response had no text", () => {
    const { layer } = recording([status(404), transport.reset], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.isUndefined((yield* Effect.flip(targets.get("000MLGPR"))).words)
      assert.isUndefined((yield* Effect.flip(targets.get("000MLGPR"))).words)
    }).pipe(Effect.provide(layer))
  })

  const encoded: ReadonlyArray<
    readonly [what: string, body: Uint8Array<ArrayBuffer>, contentType: string | undefined]
  > = [
    ["Windows-1252, undeclared", new Uint8Array([0x72, 0x65, 0x66, 0x75, 0x73, 0xe9]), undefined],
    [
      "a declared charset",
      new Uint8Array([0x72, 0x65, 0x66, 0x75, 0x73, 0xe9]),
      "text/plain; charset=iso-8859-1",
    ],
    [
      "UTF-16 with a byte order mark",
      new Uint8Array([0xff, 0xfe, ...Array.from("refusé").flatMap((c) => [c.charCodeAt(0), 0])]),
      "text/plain; charset=utf-8",
    ],
  ]
  for (const [what, body, contentType] of encoded) {
    it.effect(`are decoded from ${what}`, () => {
      const headers = contentType === undefined ? {} : { "content-type": contentType }
      const { layer } = recording([() => new Response(body, { status: 400, headers })])
      return Effect.gen(function* () {
        const targets = yield* Targets
        const error = yield* Effect.flip(targets.get("000MLGPR"))
        assert.propertyVal(error, "detail", "refusé")
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
      assert.propertyVal(error, "detail", "")
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
      assert.propertyVal(error, "detail", "")
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
        assert.propertyVal(error, "detail", "")
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
