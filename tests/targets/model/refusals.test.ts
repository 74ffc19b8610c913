import { assert, describe, it } from "@effect/vitest"
import { type FieldValue, type InvalidInput, TargetId, TargetModel } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { DateTime, Effect, Result, Schema } from "effect"
import { hostile } from "../../harness/hostile.ts"

const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  birthday: TargetModel.date(8105, { slashes: "dd/mm/yyyy" }),
  orders: TargetModel.number(8106),
  interests: TargetModel.choices(8107, ["Books", "Music"]),
  news: TargetModel.flag(8108, { yes: "Oui", no: 0 }),
}, { unicity: "email" })
const Listed = TargetModel.make({
  interests: TargetModel.choices(8107, ["Books", "Music"]),
}, { unicity: "interests" })

// What callers without types can pass: the signatures don't allow it, the checks must.
const unreadable = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

type Encoded = Result.Result<unknown, InvalidInput>
const whole = (values: unknown): Encoded => Contact.encode(hostile(values))
const some = (values: unknown): Encoded => Contact.encodeValues(hostile(values))
const unicity = (values: unknown): Encoded => Contact.encodeUnicity(hostile(values))

describe("TargetModel.encode refuses", () => {
  const noMap = "it is not a map of names to values"
  const cases: ReadonlyArray<
    readonly [what: string, encoded: () => Encoded, input: string, problem: string]
  > = [
    ["null", () => whole(null), "values", noMap],
    ["an array", () => some(["a@b.c"]), "values", noMap],
    ["text", () => some("a@b.c"), "values", noMap],
    ["no values", () => whole(undefined), "values", noMap],
    ["a unicity that is none", () => unicity("a@b.c"), "unicity", noMap],
    ["an array as a unicity", () => unicity(["a@b.c"]), "unicity", noMap],
    ["null as a unicity", () => unicity(null), "unicity", noMap],
    ["a unicity that it can't read", () => unicity(unreadable()), "unicity", "it can't be read"],
    ["a target that it can't read", () => whole(unreadable()), "values", "it can't be read"],
    ["changes that it can't read", () => some(unreadable()), "values", "it can't be read"],
    [
      "a name that it doesn't have",
      () => some({ phone: "x" }),
      "values",
      "it has a name that isn't one of email, birthday, orders, interests, news",
    ],
    [
      "a target without its unicity",
      () => whole({ orders: 1 }),
      "values.email",
      "it is missing, and it tells the target from all others",
    ],
    [
      "a unicity of nothing",
      () => unicity({ email: null }),
      "unicity.email",
      "it is missing, and it tells the target from all others",
    ],
    [
      "a unicity of several",
      () => Listed.encodeUnicity({ interests: ["Books"] }),
      "unicity.interests",
      "a list can't tell a target from all others",
    ],
    [
      "half a character",
      () => some({ email: "\ud83d" }),
      "values.email",
      "it holds half a character (a lone surrogate)",
    ],
    [
      "a number that lost digits",
      () => some({ orders: 2 ** 60 }),
      "values.orders",
      "a number beyond ±2^53 has lost digits",
    ],
    [
      "a date in year 1",
      () => some({ birthday: DateTime.makeUnsafe("0001-01-01T00:00:00Z") }),
      "values.birthday",
      "in NP6, year 1 says that there is none",
    ],
    [
      "a label where it has several",
      () => some({ interests: 1 }),
      "values.interests",
      "Expected an array of labels: [] clears the field",
    ],
    [
      "what can't be written as text",
      () => some({ email: Object.create(null) }),
      "values.email",
      "its schema refuses it",
    ],
  ]
  for (const [what, encoded, input, problem] of cases) {
    it(`${what}, and says why`, () => {
      const error = Result.getOrThrow(Result.flip(encoded()))
      assert.deepStrictEqual([error.input, error.problem], [input, problem])
    })
  }

  it("nothing that is undefined: it isn't given", () => {
    const given = { email: "a@b.c", orders: undefined, phone: undefined }
    assert.deepStrictEqual(
      whole(given),
      Result.succeed({ unicity: ["a@b.c"], values: { 8103: "a@b.c" } }),
    )
    assert.deepStrictEqual(some({ orders: undefined }), Result.succeed({}))
  })

  it("no value beside the unicity in encodeUnicity", () =>
    assert.deepStrictEqual(
      Result.getOrThrow(Contact.encodeUnicity({ email: "a@b.c", ...{ orders: "none" } })),
      ["a@b.c"],
    ))
})

describe("TargetModel.field: the message of its schema", () => {
  const Name = Schema.Struct({ first: Schema.String, last: Schema.String }).check(
    Schema.makeFilter(({ first }) => first !== "Jasmine" || `the name ${first} is taken`),
  )
  const Person = TargetModel.make({
    email: TargetModel.text(1),
    name: TargetModel.field(2, Schema.fromJsonString(Name)),
    nick: TargetModel.field(
      3,
      Schema.OptionFromNullOr(Schema.String).annotate({ message: "Expected none(), not null" }),
    ),
  }, { unicity: "email" })
  const cases: ReadonlyArray<readonly [what: string, values: object, problem: string]> = [
    [
      "a value of several parts is blanked",
      { name: { first: "Jasmine", last: "Doe" } },
      "the name … is taken",
    ],
    ["null is not blanked", { nick: null }, "Expected none(), not null"],
    ["a value that JSON can't write is blanked", { email: () => 1 }, "Expected string | null"],
  ]
  for (const [what, values, problem] of cases) {
    it(`${what}`, () => {
      const encoded = Person.encodeValues(hostile(values))
      assert.strictEqual(Result.getOrThrow(Result.flip(encoded)).problem, problem)
    })
  }
})

describe("TargetModel.make refuses", () => {
  const fields = { email: TargetModel.text(8103) }
  const cases: ReadonlyArray<readonly [names: ReadonlyArray<string>, problem: string]> = [
    [[], "the unicity names no field"],
    [["phone"], 'the unicity names "phone", which is none of the fields'],
    [["toString"], 'the unicity names "toString", which is none of the fields'],
    [["email", "email"], "the unicity names a field twice"],
  ]
  for (const [names, problem] of cases) {
    it(`the unicity ${JSON.stringify(names)}`, () =>
      assert.throws(
        () => TargetModel.make(fields, { unicity: hostile<"email">(names) }),
        TypeError,
        `TargetModel.make: ${problem}`,
      ))
  }
})

describe("TargetModel.decode", () => {
  const read = (field: number, value: FieldValue) =>
    Contact.decodeListed({
      id: Schema.decodeUnknownSync(TargetId)("000MLGPR"),
      fields: { [field]: value },
    })

  const numbers: ReadonlyArray<readonly [text: string, value: number]> = [
    ["7", 7],
    ["12", 12],
    ["-12", -12],
    ["12.5", 12.5],
    ["-0.125", -0.125],
  ]
  for (const [text, value] of numbers) {
    it(`reads ${text} as a number`, () => assert.strictEqual(read(8106, text).values.orders, value))
  }

  it("tells labels apart that differ in more than case, as ß and ss do", () => {
    const { decodeListed } = TargetModel.make({
      email: TargetModel.text(8103),
      street: TargetModel.choice(8104, ["Weiß", "Weiss"]),
    }, { unicity: "email" })
    const id = Schema.decodeUnknownSync(TargetId)("000MLGPR")
    const labels = ["weiß", "WEISS"].map((label) =>
      decodeListed({ id, fields: { 8104: label } }).values.street
    )
    assert.deepStrictEqual(labels, ["Weiß", "Weiss"])
  })

  const strange: ReadonlyArray<readonly [field: number, value: FieldValue, problem: string]> = [
    ...["1,5", "1.", ".5", "--1", "1e3", "12 ", true, ["12"]].map((value) =>
      [8106, value, "Expected a number"] as const
    ),
    ...["on 01/02/2000", "01/02/2000x", "1/2/2000", "soon", true].map((value) =>
      [8105, value, "Expected an ISO 8601 date or Unix time, or dd/mm/yyyy"] as const
    ),
    [8105, ["01/02/2000"], "Expected an ISO 8601 date or Unix time, or dd/mm/yyyy"],
    [8107, 12, 'Expected none, one or several of "Books", "Music"'],
    [8108, "perhaps", 'Expected one of "Oui", "0"'],
    [8108, ["Non"], 'Expected one of "Oui", "0"'],
  ]
  for (const [field, value, problem] of strange) {
    it(`keeps ${JSON.stringify(value)} of ${field} in unknown, and says what it expected`, () => {
      const { undecoded, unknown } = read(field, value)
      assert.strictEqual(undecoded[0]?.problem, problem)
      assert.deepStrictEqual(unknown, { [field]: value })
    })
  }
})

describe("TargetModel.operations", () => {
  const layer = Sandbox.layerTargets()

  it.effect("each is named by its refusals", () =>
    Effect.gen(function* () {
      const contacts = yield* Contact.operations
      const calls = {
        getByUnicity: contacts.getByUnicity(hostile({})),
        find: contacts.find(hostile({})),
        upsert: contacts.upsert(hostile({})),
        create: contacts.create(hostile({})),
        update: contacts.update("000MLGPR", hostile([])),
        deleteMany: contacts.deleteMany(hostile({ type: "unicity", value: [{}] })),
      }
      const { withResponse } = contacts
      const withAnswer = {
        getByUnicity: withResponse.getByUnicity(hostile({})),
        find: withResponse.find(hostile({})),
        upsert: withResponse.upsert(hostile({})),
        create: withResponse.create(hostile({})),
        update: withResponse.update("000MLGPR", hostile([])),
        deleteMany: withResponse.deleteMany(hostile({ type: "unicity", value: [{}] })),
      }
      for (const each of [calls, withAnswer]) {
        for (const [operation, call] of Object.entries(each)) {
          const error = yield* Effect.flip<unknown, { readonly _tag: string }, never>(call)
          assert.strictEqual(error._tag, "InvalidInput")
          assert.propertyVal(error, "operation", `targets.${operation}`)
        }
      }
    }).pipe(Effect.provide(layer)))

  const selections: ReadonlyArray<readonly [selection: unknown, input: string, problem: string]> = [
    [undefined, "selection", "it has no type of unicity, id or segment"],
    [{ type: "unicity", value: { email: "a@b.c" } }, "selection.value", "it is not an array"],
    [
      { type: "unicity", value: [{ email: "a@b.c" }, {}] },
      "selection.value[1].email",
      "it is missing, and it tells the target from all others",
    ],
    [unreadable(), "selection", "it can't be read"],
  ]
  for (const [at, [selection, input, problem]] of selections.entries()) {
    it.effect(`deleteMany: sends nothing for a selection that it can't read: ${at + 1}`, () =>
      Effect.gen(function* () {
        const contacts = yield* Contact.operations
        const error = yield* Effect.flip(contacts.deleteMany(hostile(selection)))
        assert.propertyVal(error, "operation", "targets.deleteMany")
        assert.propertyVal(error, "input", input)
        assert.propertyVal(error, "problem", problem)
        assert.lengthOf(yield* (yield* Sandbox).requests, 0)
      }).pipe(Effect.provide(layer)))
  }
})
