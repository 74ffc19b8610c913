import { assert, describe, it } from "@effect/vitest"
import {
  BadRequest,
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  RateLimited,
  ServerError,
  TransportError,
  Unauthorized,
  UnexpectedResponse,
} from "@effect-np6/targets"
import { Cause, Duration, Effect, Equal, Schema } from "effect"
import { inspect } from "node:util"
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
  new ServerError(answered),
  new UnexpectedResponse({ ...answered, reason: "Body", delivered: 2 }),
  new TransportError({ ...facts, reason: "Timeout" }),
]
const AnyError = Schema.Union([
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
])

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
    assert.deepStrictEqual(messages, [
      "targets.update: NP6 doesn't accept the API key. Check `apiKey` (the environment variable NP6_API_KEY with Np6.layerConfig): it is misspelt, revoked, or made for another host. The call may have been applied. Detail: some words (status 499, 3 attempts, request id req-1)",
      "targets.update: The API key has no permission for this. A key has the rights of the NP6 user it was made for: give that user the permissions on contacts, targets, fields and segments. The call may have been applied. Detail: some words (status 499, 3 attempts, request id req-1)",
      "targets.update: NP6 has no target with this id. Check the id; a deleted target's id doesn't come back. The call may have been applied. Detail: some words (status 499, 3 attempts, request id req-1)",
      "targets.update: Another target has this unicity already. Use upsert to write to that one, or getByUnicity to see it. The call may have been applied. Detail: some words (status 499, 3 attempts, request id req-1)",
      "np6.layer: Nothing was sent, because apiKey is refused: it is empty.",
      "targets.update: NP6 refuses the content. Check that the field ids exist, that values fit the fields' types and that list labels are spelt as in NP6. The call may have been applied. Detail: some words (status 499, 3 attempts, request id req-1)",
      "targets.update: NP6's rate limit is reached. Wait 1m 30s, then repeat it. The call may have been applied. Detail: some words (status 499, 3 attempts, request id req-1)",
      "targets.update: NP6 failed. Repeat it later, and give NP6's support the request id if it stays so. The call may have been applied. Detail: some words (status 499, 3 attempts, request id req-1)",
      "targets.update: NP6 answered with a body that isn't what it documents. A proxy may have answered in its place, or NP6 has changed. The call may have been applied. 2 targets were delivered before. Detail: some words (status 499, 3 attempts, request id req-1)",
      "targets.update: No complete answer came in time. Repeat it, or raise `timeout`. The call may have been applied. (3 attempts)",
    ])
  })

  const variants: ReadonlyArray<readonly [{ readonly message: string }, string]> = [
    [new NotFound({ ...facts, operation: "targets.getByUnicity" }), "no target with this unicity"],
    [new NotFound({ ...facts, operation: "targets.addToSegment" }), "or no such segment"],
    [new NotFound({ ...facts, operation: "targets.removeFromSegment" }), "isn't in the segment"],
    [new NotFound({ ...facts, operation: "targets.deleteMany" }), "none of the selected"],
    [new Conflict({ ...facts, reason: "AlreadyInSegment" }), "treat it as done"],
    [new Conflict({ ...facts, reason: "DynamicSegment" }), "a query decides"],
    [new BadRequest({ ...facts, status: 411 }), "Content-Length"],
    [new BadRequest({ ...facts, status: 413 }), "too large"],
    [new BadRequest({ ...facts, status: 415 }), "content type"],
    [new RateLimited(facts), "Send fewer requests at once"],
    [new ServerError({ ...facts, status: 503 }), "maintenance"],
    [new UnexpectedResponse({ ...facts, reason: "Redirect" }), "never followed"],
    [new UnexpectedResponse({ ...facts, reason: "Status" }), "isn't documented"],
    [new UnexpectedResponse({ ...facts, reason: "TooLarge" }), "8 MiB"],
    [new TransportError({ ...facts, reason: "Connect" }), "couldn't be reached"],
    [new TransportError({ ...facts, reason: "Reset" }), "connection broke"],
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
