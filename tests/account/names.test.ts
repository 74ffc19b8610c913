import { assert, describe, it } from "@effect/vitest"
import {
  Account,
  AmbiguousName,
  Np6,
  RateLimit,
  RetryPolicy,
  UnknownName,
} from "@effect-np6/targets"
import { Effect, Fiber, Layer, Redacted, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { json, recording, status } from "../harness/recording.ts"

const field = (id: number, name: string) => ({
  type: "textField",
  id,
  name,
  isUnicity: false,
  isMandatory: false,
})
const segment = (id: number, name: string) => ({ type: "static", id, name })

const fields = [
  field(8628, "Email"),
  field(8630, "Prénom du client"),
  field(8631, "Prenom"),
  field(8632, "prénom"),
  field(8633, "Email 2"),
  field(8634, "Twice"),
  field(8635, "Twice"),
  field(8636, ""),
  field(8637, "__proto__"),
]

describe("Account.fieldNamed", () => {
  const found: ReadonlyArray<readonly [name: string, id: number]> = [
    ["Email", 8628],
    ["email", 8628],
    [" EMAIL ", 8628],
    ["EMAIL2", 8633],
    ["prenom du CLIENT", 8630],
    ["Pre\u0301nom du client", 8630],
    ["Prenom", 8631],
    ["prénom", 8632],
    ["", 8636],
    ["__proto__", 8637],
  ]
  for (const [name, id] of found) {
    it.effect(`finds ${JSON.stringify(name)}`, () => {
      const { layer } = recording([json(fields)])
      return Effect.gen(function* () {
        assert.strictEqual((yield* (yield* Account).fieldNamed(name)).id, id)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("fails where nothing has the name, and suggests the nearest", () => {
    const { layer } = recording([json(fields)])
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      const error = yield* Effect.flip(fieldNamed("Emial"))
      assert.instanceOf(error, UnknownName)
      assert.deepInclude(error, {
        operation: "account.fieldNamed",
        applied: "no",
        attempts: 0,
        remedy: "fix",
        wanted: "Emial",
        suggestions: ["Email"],
      })
      assert.strictEqual(
        error.message,
        'account.fieldNamed: the account has no field named "Emial". Did you mean "Email"?',
      )
      const several = yield* Effect.flip(fieldNamed("Prenomm"))
      assert.propertyVal(several, "_tag", "UnknownName")
      assert.deepStrictEqual("suggestions" in several && several.suggestions, ["Prenom", "prénom"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("says what there is where nothing is near, and where there is nothing", () => {
    const { layer } = recording([json([field(1, "Email"), field(2, 'The "name"')]), json([])])
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      assert.include((yield* Effect.flip(fieldNamed("Birthday"))).message, 'It has "Email", "The')
      yield* TestClock.adjust("1 minute")
      assert.include((yield* Effect.flip(fieldNamed("Birthday"))).message, "It has no fields.")
    }).pipe(Effect.provide(layer))
  })

  it.effect("never guesses between two, of the same name or of folded ones", () => {
    const { layer } = recording([json(fields)])
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      const same = yield* Effect.flip(fieldNamed("Twice"))
      assert.instanceOf(same, AmbiguousName)
      assert.deepStrictEqual(same.matches, [
        { id: 8634, name: "Twice" },
        { id: 8635, name: "Twice" },
      ])
      assert.include(
        same.message,
        'the account has 2 fields that "Twice" may name: "Twice" (8634), "Twice" (8635). Use the id',
      )
      const folded = yield* Effect.flip(fieldNamed("PRÉNOM"))
      assert.deepInclude(folded, { _tag: "AmbiguousName", wanted: "PRÉNOM", remedy: "fix" })
    }).pipe(Effect.provide(layer))
  })

  it.effect("shows neither an address nor a number that was looked up by mistake", () => {
    const { layer } = recording([json(fields)])
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      for (const name of ["jane.doe@example.com", "+33 6 12 34 56 78"]) {
        const error = yield* Effect.flip(fieldNamed(name))
        assert.notMatch(`${error.message}${JSON.stringify(error)}`, /jane|12 34/)
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("refuses what is no text, and sends nothing", () => {
    const { layer, requests } = recording([json(fields)])
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      for (const name of [undefined, null, 8628, {}]) {
        // @ts-expect-error -- as a program in JavaScript may call it
        const error = yield* Effect.flip(fieldNamed(name))
        assert.deepInclude(error, { _tag: "InvalidInput", input: "name" })
      }
      assert.lengthOf(requests, 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("reads the fields once for all names, and keeps what it found", () => {
    const { layer, requests } = recording([json(fields), json([])])
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      const all = yield* Effect.all(
        ["Email", "Email 2", "Email", "email"].map((name) => fieldNamed(name)),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(all.map(({ id }) => id), [8628, 8633, 8628, 8628])
      yield* TestClock.adjust("1 day")
      assert.strictEqual((yield* fieldNamed("Email")).id, 8628)
      assert.deepStrictEqual(requests.map(({ url }) => url.pathname), ["/fields"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("reads again for a name that it didn't find, at most once a minute", () => {
    const { layer, requests } = recording([json([]), json(fields)])
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      for (let n = 0; n < 3; n++) yield* Effect.flip(fieldNamed("Email"))
      yield* TestClock.adjust("59 seconds")
      yield* Effect.flip(fieldNamed("Email"))
      assert.lengthOf(requests, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* fieldNamed("Email")).id, 8628)
      assert.lengthOf(requests, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("shares a failed reading with the calls of the same time, and with no later one", () => {
    const { layer, requests } = recording([status(503), json(fields)], {
      retry: RetryPolicy.none,
    })
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      const errors = yield* Effect.all(
        ["Email", "Email 2"].map((name) => Effect.flip(fieldNamed(name))),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(errors.map(({ _tag, operation }) => [_tag, operation]), [
        ["ServerError", "account.fields"],
        ["ServerError", "account.fields"],
      ])
      assert.lengthOf(requests, 1)
      assert.strictEqual((yield* fieldNamed("Email")).id, 8628)
    }).pipe(Effect.provide(layer))
  })

  it.effect("goes on for those who wait when the one that began is interrupted", () => {
    let respond: (response: Response) => void = () => {}
    const client = HttpClient.make((request) =>
      Effect.callback((resume) => {
        respond = (response) =>
          resume(Effect.succeed(HttpClientResponse.fromWeb(request, response)))
      })
    )
    const layer = Account.layer.pipe(
      Layer.provide(Np6.layer({ apiKey: Redacted.make("key"), rateLimit: RateLimit.none })),
      Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
    )
    return Effect.gen(function* () {
      const { fieldNamed } = yield* Account
      const first = yield* Effect.forkChild(fieldNamed("Email"))
      const second = yield* Effect.forkChild(fieldNamed("Email 2"))
      yield* TestClock.adjust(0)
      yield* Fiber.interrupt(first)
      respond(Response.json(fields))
      assert.strictEqual((yield* Fiber.join(second)).id, 8633)
    }).pipe(Effect.provide(layer))
  })
})

describe("Account.segmentNamed", () => {
  it.effect("finds a segment, and fails for none and for two", () => {
    const segments = [segment(12345, "Newsletter"), segment(1, "VIP"), segment(2, "vip")]
    const { layer, requests } = recording([json(segments)])
    return Effect.gen(function* () {
      const { segmentNamed } = yield* Account
      assert.deepStrictEqual(yield* segmentNamed("newsletter"), segment(12345, "Newsletter"))
      const unknown = yield* Effect.flip(segmentNamed("News letters"))
      assert.deepInclude(unknown, {
        _tag: "UnknownName",
        operation: "account.segmentNamed",
        suggestions: ["Newsletter"],
      })
      assert.include(unknown.message, "no segment named")
      const two = yield* Effect.flip(segmentNamed("Vip"))
      assert.deepInclude(two, { _tag: "AmbiguousName" })
      assert.include(two.message, "2 segments")
      assert.deepStrictEqual(requests.map(({ url }) => url.pathname), ["/segments"])
    }).pipe(Effect.provide(layer))
  })
})

it("UnknownName, AmbiguousName: survive their JSON", () => {
  const facts = {
    operation: "account.fieldNamed",
    applied: "no",
    attempts: 0,
    wanted: "a",
    detail: "b",
  } as const
  const unknown = new UnknownName({ ...facts, suggestions: ["c"] })
  const ambiguous = new AmbiguousName({ ...facts, matches: [{ id: 1, name: "a" }] })
  for (const [schema, error] of [[UnknownName, unknown], [AmbiguousName, ambiguous]] as const) {
    const codec = Schema.toCodecJson<Schema.Codec<unknown, unknown>>(schema)
    const decoded = Schema.decodeUnknownSync(codec)(
      JSON.parse(JSON.stringify(Schema.encodeUnknownSync(codec)(error))),
    )
    assert.deepStrictEqual(decoded, error)
    assert.propertyVal(decoded, "message", error.message)
  }
})
