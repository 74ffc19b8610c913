import { assert, describe, it } from "@effect/vitest"
import {
  BadRequest,
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  RateLimited,
  type Remedy,
  ServerError,
  TransportError,
  Unauthorized,
  UnexpectedResponse,
} from "@effect-np6/targets"
import { Cause, Duration, Effect, Equal, Layer, Redacted, Schema } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import {
  HttpApi,
  HttpApiBuilder,
  HttpApiEndpoint,
  HttpApiGroup,
  HttpApiSchema,
} from "effect/http-api"
import { inspect } from "node:util"
import { keepWords } from "../../src/client/words.ts"
import { canaries, leakIn } from "../harness/leaks/canaries.ts"
import { operations } from "../harness/operations.ts"

const facts = { operation: "targets.update", applied: "unknown", attempts: 3 } as const
const answered = { ...facts, status: 499, requestId: "req-1", detail: "some words" } as const

const errors = [
  new Unauthorized(answered),
  new Forbidden(answered),
  new NotFound(answered),
  new Conflict({ ...answered, reason: "UnicityTaken" }),
  new InvalidInput({
    operation: "np6.layer",
    applied: "no",
    attempts: 0,
    input: "apiKey",
    problem: "it is empty",
  }),
  new BadRequest(answered),
  new RateLimited({ ...answered, retryAfter: Duration.seconds(90) }),
  new ServerError({ ...answered, retryAfter: Duration.millis(1500) }),
  new UnexpectedResponse({ ...answered, reason: "Body", delivered: 2 }),
  new TransportError({ ...facts, reason: "Timeout" }),
]
const classes = [
  Unauthorized,
  Forbidden,
  NotFound,
  Conflict,
  InvalidInput,
  BadRequest,
  RateLimited,
  ServerError,
  UnexpectedResponse,
  TransportError,
] as const
const AnyError = Schema.Union(classes)

describe("an error", () => {
  for (const error of errors) {
    it.effect(`${error._tag} is yieldable, an Error, and named by its tag`, () =>
      Effect.gen(function* () {
        assert.instanceOf(error, Error)
        assert.strictEqual(error.name, error._tag)
        assert.strictEqual(
          yield* Effect.flip(Effect.gen(function* () {
            return yield* error
          })),
          error,
        )
      }))

    it(`${error._tag} goes over JSON and comes back equal`, () => {
      const codec = Schema.toCodecJson(AnyError)
      const wire = JSON.parse(JSON.stringify(Schema.encodeSync(codec)(error)))
      const back = Schema.decodeUnknownSync(codec)(wire)
      assert.isTrue(Equal.equals(back, error))
      assert.strictEqual(back.message, error.message)
      assert.strictEqual(back.constructor, error.constructor)
    })

    it(`${error._tag} comes back equal from JSON.stringify, which has what is derived too`, () => {
      const wire = JSON.parse(JSON.stringify(error))
      const { detail, message, remedy } = error
      assert.deepInclude(wire, { _tag: error._tag, detail, message, remedy })
      const back = Schema.decodeUnknownSync(Schema.toCodecJson(AnyError))(wire)
      assert.isTrue(Equal.equals(back, error))
      assert.strictEqual(back.message, message)
      assert.strictEqual(back.remedy, remedy)
    })

    it(`${error._tag} keeps its message when it is cloned`, () => {
      assert.isTrue(Object.hasOwn(error, "message"))
      const clone = structuredClone(error)
      assert.strictEqual(clone.message, error.message)
      assert.instanceOf(clone, Error)
    })

    it(`${error._tag} shows its message wherever it is printed`, () => {
      for (
        const shown of [
          String(error),
          error.stack ?? "",
          Cause.pretty(Cause.fail(error)),
          inspect(error),
          JSON.stringify(error),
        ]
      ) {
        assert.include(
          shown.replaceAll("\\'", "'").replaceAll('\\"', '"'),
          error.message.slice(0, 60),
        )
      }
    })
  }

  it("differs from another by any field", () => {
    assert.isFalse(Equal.equals(new NotFound(facts), new NotFound({ ...facts, attempts: 2 })))
    assert.isFalse(Equal.equals(new NotFound(facts), new Forbidden(facts)))
  })

  it("says in its message what happened, what it means, and what to do", () => {
    const messages = errors.map((error) => error.message)
    const end =
      "The call may have been applied. Detail: some words (status 499, 3 attempts, request id req-1)"
    assert.deepStrictEqual(messages, [
      `targets.update: NP6 doesn't accept the API key. Check \`apiKey\` (NP6_API_KEY in the environment): it may be misspelt, revoked or made for another host. ${end}`,
      `targets.update: The API key has no permission for this. A key has the rights of the NP6 user it was made for: give that user the permissions on contacts, targets, fields and segments. ${end}`,
      `targets.update: NP6 has no target with this id. Check the id; the id of a deleted target doesn't come back. ${end}`,
      `targets.update: Another target has this unicity. Write to that one with upsert, or read it with getByUnicity. ${end}`,
      "np6.layer: Nothing was sent, because apiKey is refused: it is empty.",
      `targets.update: NP6 rejected the content of the request. Check that the field ids exist, that each value fits its field's type and that list labels are spelt as in NP6. ${end}`,
      `targets.update: NP6's rate limit is reached. Send fewer requests at once. Try again in 1m 30s. ${end}`,
      `targets.update: NP6 had an internal error. Try again in 1s 500ms; if it persists, send NP6 support the request id. ${end}`,
      "targets.update: The body of the response isn't what NP6 documents. A proxy may have responded in NP6's place, or NP6 has changed. The call may have been applied. 2 targets were delivered before. Detail: some words (status 499, 3 attempts, request id req-1)",
      "targets.update: No complete response arrived in time. Try again, or raise `timeout`. The call may have been applied. (3 attempts)",
    ])
  })

  const unsent = { operation: "targets.update", applied: "no", attempts: 0 } as const
  const variants: ReadonlyArray<readonly [{ readonly message: string }, string]> = [
    [new NotFound({ ...facts, operation: "targets.getByUnicity" }), "no target with this unicity"],
    [new NotFound({ ...facts, operation: "targets.addToSegment" }), "or no such segment"],
    [new NotFound({ ...facts, operation: "targets.removeFromSegment" }), "isn't in the segment"],
    [new NotFound({ ...facts, operation: "targets.deleteMany" }), "none of the selected"],
    [new Conflict({ ...facts, reason: "AlreadyInSegment" }), "nothing left to do"],
    [new Conflict({ ...facts, reason: "DynamicSegment" }), "a query decides"],
    [new BadRequest({ ...facts, status: 411 }), "Content-Length"],
    [new BadRequest({ ...facts, status: 413 }), "too large"],
    [new BadRequest({ ...facts, status: 415 }), "content type"],
    [new RateLimited(facts), "Send fewer requests at once. Try again later."],
    [
      new RateLimited(unsent),
      "Nothing was sent: the rate limit held the call back for too long. Try again later.",
    ],
    [new ServerError({ ...facts, status: 503 }), "maintenance"],
    [new UnexpectedResponse({ ...facts, reason: "Redirect" }), "never followed"],
    [new UnexpectedResponse({ ...facts, reason: "Proxy" }), "A proxy asks for credentials"],
    [new UnexpectedResponse({ ...facts, reason: "Html" }), "an HTML page, so it isn't NP6's"],
    [new UnexpectedResponse({ ...facts, reason: "Partial" }), "a part of a body"],
    [new UnexpectedResponse({ ...facts, reason: "Status" }), "documents no such status"],
    [new UnexpectedResponse({ ...facts, reason: "TooLarge" }), "8 MiB"],
    [new TransportError({ ...facts, reason: "Connect" }), "couldn't be reached"],
    [new TransportError({ ...facts, reason: "Connect", detail: "ENOTFOUND" }), "has no address"],
    [new TransportError({ ...facts, reason: "Connect", detail: "CERT_EXPIRED" }), "certificate"],
    [new TransportError({ ...facts, reason: "Connect", detail: "NOT_CAPABLE" }), "--allow-net"],
    [new TransportError({ ...facts, reason: "Reset" }), "connection broke"],
    [
      new TransportError({ ...facts, reason: "Reset", detail: "ERR_SSL_WRONG_VERSION_NUMBER" }),
      "it speaks no TLS",
    ],
    [
      new ServerError({ ...facts, operation: "targets.create" }),
      "may have been applied: look before you repeat it",
    ],
  ]
  for (const [error, words] of variants) {
    it(`says ${JSON.stringify(words)} where it fits`, () => assert.include(error.message, words))
  }

  it("that changed nothing doesn't say that it may have", () => {
    for (const { operation } of operations) {
      const { message } = new NotFound({ operation, applied: "no", attempts: 1 })
      assert.notInclude(message, "may have been applied")
      assert.notInclude(message, "attempts")
      assert.notInclude(message, "undefined")
    }
  })
})

describe("remedy: what to do about an error", () => {
  const of = (
    operation: string,
    applied: "no" | "unknown" = "no",
  ): { readonly operation: string; readonly applied: "no" | "unknown"; readonly attempts: 1 } => ({
    operation,
    applied,
    attempts: 1,
  })
  const update = of("targets.update", "unknown")
  const create = of("targets.create", "unknown")
  const refused = { input: "values", problem: "it is empty" }
  const page = { ...update, reason: "Html" } as const
  const connect = { ...of("targets.update"), reason: "Connect" } as const
  const cases: ReadonlyArray<
    readonly [remedy: Remedy, errors: ReadonlyArray<{ readonly remedy: Remedy }>]
  > = [
    ["fix", [
      new InvalidInput({ ...of("targets.update"), ...refused }),
      new BadRequest(of("targets.create")),
      new NotFound(update),
      new Conflict({ ...update, reason: "UnicityTaken" }),
      new Conflict({ ...update, reason: "DynamicSegment" }),
      new UnexpectedResponse({ ...update, reason: "TooLarge" }),
    ]],
    ["retry", [
      new RateLimited(update),
      new RateLimited(of("targets.create")),
      new ServerError(update),
      new ServerError(of("targets.create")),
      new TransportError({ ...update, reason: "Timeout" }),
      new TransportError({ ...update, reason: "Reset", detail: "ERR_SSL_BAD_RECORD_TYPE" }),
      new TransportError({ ...connect, detail: "ECONNREFUSED" }),
      new TransportError({ ...connect, detail: "EAI_AGAIN" }),
      new TransportError({ ...connect, ...of("targets.create") }),
      new UnexpectedResponse({ ...page, status: 503 }),
      new UnexpectedResponse({ ...page, status: 429 }),
      new UnexpectedResponse({ ...update, reason: "Status", status: 408 }),
      new UnexpectedResponse({ ...update, reason: "Body", status: 200 }),
    ]],
    ["verify", [
      new RateLimited(create),
      new ServerError(create),
      new TransportError({ ...create, reason: "Timeout" }),
      new BadRequest(create),
      new Conflict({ ...create, reason: "UnicityTaken" }),
      new UnexpectedResponse({ ...create, reason: "Html", status: 502 }),
      new UnexpectedResponse({ ...create, reason: "Body", status: 200 }),
      new UnexpectedResponse({ ...create, reason: "TooLarge", status: 200 }),
    ]],
    ["setup", [
      new Unauthorized(update),
      new Forbidden(create),
      new InvalidInput({ ...of("np6.layer"), ...refused }),
      new UnexpectedResponse({ ...page, status: 200 }),
      new UnexpectedResponse({ ...page, status: 403 }),
      new UnexpectedResponse({ ...create, reason: "Redirect", status: 302 }),
      new UnexpectedResponse({ ...update, reason: "Redirect", status: 0 }),
      new UnexpectedResponse({ ...update, reason: "Proxy", status: 407 }),
      new UnexpectedResponse({ ...update, reason: "Partial", status: 206 }),
      new UnexpectedResponse({ ...update, reason: "Status", status: 405 }),
      ...[
        "ENOTFOUND",
        "CERT_HAS_EXPIRED",
        "ERR_TLS_CERT_ALTNAME_INVALID",
        "ERR_SSL_WRONG_VERSION_NUMBER",
        "SELF_SIGNED_CERT_IN_CHAIN",
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "NOT_CAPABLE",
      ].map((detail) => new TransportError({ ...connect, detail })),
    ]],
    ["none", [new Conflict({ ...update, reason: "AlreadyInSegment" })]],
  ]
  for (const [remedy, errors] of cases) {
    for (const error of errors) {
      it(`is "${remedy}": ${String(error).slice(0, 100)}`, () =>
        assert.strictEqual(error.remedy, remedy))
    }
  }
})

describe("words: NP6's text whole", () => {
  it("is a getter without a value of its own, which a codec can't carry", () => {
    const error = keepWords(new NotFound(facts), "no jane@example.com")
    assert.strictEqual(error.words && Redacted.value(error.words), "no jane@example.com")
    assert.isFalse(Object.hasOwn(error, "words"))
    const back = Schema.decodeUnknownSync(NotFound)(Schema.encodeSync(NotFound)(error))
    assert.isUndefined(back.words)
    assert.isUndefined(structuredClone<{ words?: unknown }>(error).words)
  })
})

describe("an HttpApi endpoint that fails with an error", () => {
  const statuses = {
    Unauthorized: 502,
    Forbidden: 502,
    NotFound: 404,
    Conflict: 409,
    InvalidInput: 400,
    BadRequest: 400,
    RateLimited: 503,
    ServerError: 502,
    UnexpectedResponse: 502,
    TransportError: 504,
  } as const

  const responseOf = (
    schemas: ReadonlyArray<Schema.Codec<(typeof errors)[number], unknown>>,
    error: (typeof errors)[number],
  ) =>
    Effect.gen(function* () {
      const Api = HttpApi.make("api").add(
        HttpApiGroup.make("contacts").add(
          HttpApiEndpoint.get("read", "/", { success: Schema.String, error: schemas }),
        ),
      )
      const handlers = HttpApiBuilder.group(
        Api,
        "contacts",
        (handlers) => Effect.succeed(handlers.handle("read", () => Effect.fail(error))),
      )
      const routes = HttpApiBuilder.layer(Api).pipe(
        Layer.provide(handlers),
        Layer.provide(HttpServer.layerServices),
      )
      const { dispose, handler } = HttpRouter.toWebHandler(routes, { disableLogger: true })
      const response = yield* Effect.promise(() => handler(new Request("http://localhost/")))
      const body = yield* Effect.promise(() => response.text())
      yield* Effect.promise(dispose)
      return { status: response.status, headers: [...response.headers], body }
    })

  for (const error of errors) {
    it.effect(`${error._tag} sends ${statuses[error._tag]}, what its codec reads, and no words`, () =>
      Effect.gen(function* () {
        const whole = Object.values(canaries).join(" ")
        const { body, headers, status } = yield* responseOf(classes, keepWords(error, whole))
        assert.strictEqual(status, statuses[error._tag])
        assert.isUndefined(leakIn(JSON.stringify([headers, body])))
        const back = Schema.decodeUnknownSync(Schema.toCodecJson(AnyError))(JSON.parse(body))
        assert.strictEqual(JSON.stringify(back), JSON.stringify(error))
        assert.strictEqual(back.constructor, error.constructor)
        assert.isUndefined(back.words)
      }))
  }

  it.effect("sends another status where HttpApiSchema.status overrides it", () =>
    Effect.gen(function* () {
      const schemas = [NotFound, HttpApiSchema.status(500)(Forbidden)] as const
      assert.strictEqual((yield* responseOf(schemas, new Forbidden(answered))).status, 500)
      assert.strictEqual((yield* responseOf(schemas, new NotFound(answered))).status, 404)
    }))
})
