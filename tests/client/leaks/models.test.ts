import { assert, describe, it } from "@effect/vitest"
import { TargetModel } from "@effect-np6/targets"
import { Effect, Redacted, Schema } from "effect"
import { inspect } from "node:util"
import { json, recording, sampleTarget } from "../../harness/recording.ts"
import { canaries } from "../../harness/leaks/canaries.ts"
import { walk } from "../../harness/leaks/views.ts"
import { assertClean, assertNothingLeaks, watch } from "../../harness/leaks/watch.ts"
import { hostile } from "../../harness/hostile.ts"

const { address, key, name, phone, words } = canaries
const long = Number(phone) * 1_000_000
const { layer } = recording([json(sampleTarget)], { apiKey: Redacted.make(key) })

// Schemas of a caller's own, which say more than they should.
const telling = Schema.String.check(
  Schema.makeFilter((value) => `it is ${value}, ${encodeURIComponent(value)}`),
)
const throwing = Schema.String.check(Schema.makeFilter((value): boolean => {
  throw new Error(value)
}))
const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  telling: TargetModel.field(8101, telling),
  throwing: TargetModel.field(8102, throwing),
  born: TargetModel.date(8105),
  orders: TargetModel.number(8106),
  title: TargetModel.choice(8108, ["Mr", "Mrs"]),
  interests: TargetModel.choices(8107, ["Books", "Sport"]),
  optIn: TargetModel.flag(8109, { yes: "Y", no: "N" }),
}, { unicity: "email" })

type Contacts = TargetModel.OperationsOf<typeof Contact>
const throwingObject = {
  get [Symbol.toPrimitive](): never {
    throw new Error(address)
  },
}
const badOfModel: ReadonlyArray<Record<string, unknown>> = [
  { [address]: name },
  { telling: address },
  { telling: words },
  { throwing: address },
  ...["born", "orders", "title", "interests", "optIn", "email"].flatMap((field) => [
    { [field]: { [address]: name } },
    { [field]: [[name]] },
    { [field]: `${address}\ud800` },
    { [field]: Symbol(name) },
    { [field]: BigInt(phone) },
    { [field]: throwingObject },
  ]),
  ...["email", "telling", "born", address].map((field) =>
    Object.defineProperty({}, field, {
      enumerable: true,
      get: () => {
        throw new Error(address)
      },
    })
  ),
  new Proxy({}, {
    ownKeys: () => {
      throw new Error(address)
    },
  }),
  ...[name, [address], new Map([[name, name]])].map(hostile<Record<string, unknown>>),
]

// Not a spread, which would read what throws.
const withEmail = (bad: Record<string, unknown>): unknown => {
  try {
    return Object.defineProperties({ email: address }, Object.getOwnPropertyDescriptors(bad))
  } catch {
    return bad
  }
}

describe("nothing leaks from a model that refuses", () => {
  for (const [index, bad] of badOfModel.entries()) {
    const calls: ReadonlyArray<(contacts: Contacts) => Effect.Effect<unknown, unknown>> = [
      (contacts) => contacts.upsert(hostile(withEmail(bad))),
      (contacts) => contacts.upsert(hostile(bad)),
      (contacts) => contacts.create(hostile(bad)),
      (contacts) => contacts.getByUnicity(hostile(bad)),
      (contacts) => contacts.deleteMany({ type: "unicity", value: [hostile(bad)] }),
      (contacts) => contacts.deleteMany({ type: "unicity", value: hostile(bad) }),
      (contacts) => contacts.deleteMany(hostile(bad)),
      (contacts) => contacts.update("000MLGPR", hostile(bad)),
      (contacts) => contacts.withResponse.update("000MLGPR", hostile(bad)),
    ]
    it.effect(`values ${index}`, () =>
      Effect.forEach(calls, (call) =>
        Effect.gen(function* () {
          const seen = yield* watch(
            Effect.flatMap(Contact.operations, call).pipe(Effect.provide(layer)),
          )
          assertNothingLeaks(seen)
        })))
  }

  it("what it can't decode", () => {
    const ids = [8101, 8102, 8103, 8105, 8106, 8107, 8108, 8109]
    for (const value of [address, name, words, phone, long, [address, name], true]) {
      const { undecoded } = Contact.decode({
        ...hostile<Parameters<typeof Contact.decode>[0]>({
          id: "000MLGPR",
          fields: Object.fromEntries(ids.map((id) => [id, value])),
        }),
      })
      assert.isNotEmpty(undecoded)
      for (const field of undecoded) {
        assertClean([
          field.message,
          String(field),
          inspect(field),
          JSON.stringify(field),
          walk(field),
        ])
      }
    }
  })
})
