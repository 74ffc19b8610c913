import { assert, describe, it } from "@effect/vitest"
import {
  Day,
  type Fields,
  type FieldValue,
  InvalidInput,
  type ListedTarget,
  TargetId,
  type Targets,
} from "@effect-np6/targets"
import { Fault, Sandbox, type SandboxSeed } from "@effect-np6/targets/sandbox"
import { DateTime, Effect, Option, Result, Schema, SchemaGetter, Stream } from "effect"
import * as TargetModel from "../../../src/targets/TargetModel.ts"
import { inTime } from "../../harness/time.ts"

const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  title: TargetModel.choice(8101, ["Mr", "Mrs"]),
  birthday: TargetModel.day(8105),
  orders: TargetModel.number(8106),
  interests: TargetModel.choices(8107, ["Books", "Music"]),
}, { unicity: "email" })

type Contacts = TargetModel.OperationsOf<typeof Contact>

const full: TargetModel.NewValuesOf<typeof Contact> = {
  email: "a@b.c",
  title: "Mrs",
  birthday: "1980-05-17",
  orders: 3,
  interests: ["Books"],
}

const test = <A, E>(
  name: string,
  body: (contacts: Contacts) => Effect.Effect<A, E, Targets | Sandbox>,
  seed: SandboxSeed = {},
) =>
  it.effect(name, () =>
    Contact.operations.pipe(
      Effect.flatMap(body),
      Effect.provide(Sandbox.layerTargets({ seed })),
    ))

const id = Schema.decodeUnknownSync(TargetId)("000MLGPR")
const decode = <A>(
  model: { readonly decodeListed: (target: ListedTarget) => A },
  fields: Fields,
): A => model.decodeListed({ id, fields })

const requests = Effect.flatMap(Sandbox, (sandbox) => sandbox.requests)
const lastBody = Effect.map(requests, (log): unknown => JSON.parse(log.at(-1)?.body ?? "null"))

describe("TargetModel.operations", () => {
  test("upsert: takes the unicity from the values, and returns what it was given", (contacts) =>
    Effect.gen(function* () {
      const jane = yield* contacts.upsert(full)
      assert.deepStrictEqual<unknown>(jane.values, full)
      assert.deepStrictEqual(jane.unknown, { 8102: null, 8104: null, 8108: null })
      assert.deepStrictEqual(jane.undecoded, [])
      assert.deepStrictEqual(jane.redList, {})
      assert.notProperty(jane, "fields")
      assert.deepStrictEqual(yield* lastBody, {
        8101: "Mrs",
        8103: "a@b.c",
        8105: "1980-05-17T00:00:00Z",
        8106: 3,
        8107: ["Books"],
      })
      const log = yield* requests
      assert.deepStrictEqual(log.map(({ method, query }) => [method, query]), [
        ["PUT", "unicity=a%40b.c"],
      ])
    }))

  test("update: sends what is given; null and [] clear", (contacts) =>
    Effect.gen(function* () {
      const { id } = yield* contacts.upsert(full)
      const changed = yield* contacts.update(id, { title: null, interests: [] })
      assert.deepStrictEqual(yield* lastBody, { 8101: null, 8107: [] })
      assert.deepStrictEqual<unknown>(changed.values, { ...full, title: null, interests: [] })
      yield* contacts.update(id, {})
      assert.deepStrictEqual(yield* lastBody, {})
      yield* contacts.update(id, { title: undefined, orders: 4, interests: undefined })
      assert.deepStrictEqual(yield* lastBody, { 8106: 4 })
    }))

  test("create: makes a target, and conflicts with one that is there", (contacts) =>
    Effect.gen(function* () {
      const jane = yield* contacts.create({ email: "a@b.c" })
      assert.deepStrictEqual(jane.values, {
        email: "a@b.c",
        title: null,
        birthday: null,
        orders: null,
        interests: [],
      })
      const error = yield* Effect.flip(contacts.create({ email: "a@b.c" }))
      assert.strictEqual(error._tag, "Conflict")
    }))

  test("get, getByUnicity: find a target, or fail with NotFound", (contacts) =>
    Effect.gen(function* () {
      const jane = yield* contacts.upsert(full)
      assert.deepStrictEqual(yield* contacts.get(jane.id), jane)
      assert.deepStrictEqual(yield* contacts.getByUnicity({ email: "a@b.c" }), jane)
      const errors = [
        yield* Effect.flip(contacts.get("00000000")),
        yield* Effect.flip(contacts.getByUnicity({ email: "d@e.f" })),
        yield* Effect.flip(contacts.get("")),
      ]
      assert.deepStrictEqual(errors.map((error) => error._tag), [
        "NotFound",
        "NotFound",
        "InvalidInput",
      ])
    }))

  test("find: returns a target, or none", (contacts) =>
    Effect.gen(function* () {
      const jane = yield* contacts.upsert(full)
      assert.deepStrictEqual(yield* contacts.find({ email: "a@b.c" }), Option.some(jane))
      assert.deepStrictEqual(yield* contacts.find({ email: "d@e.f" }), Option.none())
      const { value } = yield* contacts.withResponse.find({ email: "a@b.c" })
      assert.deepStrictEqual(value, Option.some(jane))
      const error = yield* Effect.flip(contacts.find({ email: "\ud800" }))
      assert.deepInclude(error, { operation: "targets.find", input: "unicity.email" })
    }))

  test("ensureInSegment: writes the target, and adds it where it isn't in the segment", (contacts) =>
    Effect.gen(function* () {
      const jane = yield* contacts.ensureInSegment(full, 12345)
      assert.deepStrictEqual<unknown>(jane.values, full)
      const again = yield* contacts.withResponse.ensureInSegment(
        { email: "a@b.c", orders: 4 },
        12345,
      )
      assert.deepStrictEqual<unknown>(again.value.values, { ...full, orders: 4 })
      const { targets } = yield* (yield* Sandbox).state
      assert.deepStrictEqual(targets.map(({ id, segments }) => [id, segments]), [[jane.id, [
        12345,
      ]]])
      const sent = (yield* requests).length
      const error = yield* Effect.flip(contacts.ensureInSegment(full, 0))
      assert.deepInclude(error, { _tag: "InvalidInput", input: "segment" })
      assert.lengthOf(yield* requests, sent)
    }))

  test("list, stream: have the unicity, and no key for what the response lacks", (contacts) =>
    Effect.gen(function* () {
      yield* contacts.upsert(full)
      yield* contacts.upsert({ email: "d@e.f" })
      const listed = yield* contacts.list
      assert.deepStrictEqual(listed.map((contact) => contact.values), [
        { email: "a@b.c" },
        { email: "d@e.f" },
      ])
      assert.deepStrictEqual(yield* Stream.runCollect(contacts.stream), listed)
    }))

  test("addToSegment, removeFromSegment, delete: are those of Targets", (contacts) =>
    Effect.gen(function* () {
      const { id } = yield* contacts.upsert(full)
      yield* contacts.addToSegment(id, 12345)
      yield* contacts.removeFromSegment(id, 12345)
      yield* contacts.delete(id)
      const error = yield* Effect.flip(contacts.delete(id))
      assert.strictEqual(error._tag, "NotFound")
    }))

  test("deleteMany: takes unicities by name", (contacts) =>
    Effect.gen(function* () {
      const jane = yield* contacts.upsert(full)
      const john = yield* contacts.upsert({ email: "d@e.f" })
      const report = yield* contacts.deleteMany({ type: "unicity", value: [{ email: "a@b.c" }] })
      assert.deepStrictEqual(report.deleted, [{ id: jane.id, unicity: ["a@b.c"] }])
      const rest = yield* contacts.deleteMany({ type: "id", value: [john.id] })
      assert.strictEqual(rest.deleted.length, 1)
      const error = yield* Effect.flip(
        contacts.deleteMany({ type: "unicity", value: [{ email: "a@b.c" }, { email: "\ud800" }] }),
      )
      assert.strictEqual(error._tag === "InvalidInput" && error.input, "selection.value[1].email")
      const empty = yield* Effect.flip(contacts.deleteMany({ type: "unicity", value: [] }))
      assert.strictEqual(empty._tag, "InvalidInput")
    }))

  test("withResponse: returns each value in its response", (contacts) =>
    Effect.gen(function* () {
      const { withResponse } = contacts
      const { value: jane, status } = yield* withResponse.upsert(full)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual<unknown>(jane.values, full)
      const updated = yield* withResponse.update(jane.id, { orders: 4 })
      assert.strictEqual(updated.value.values.orders, 4)
      assert.deepStrictEqual((yield* withResponse.get(jane.id)).value, updated.value)
      const found = yield* withResponse.getByUnicity({ email: "a@b.c" })
      assert.deepStrictEqual(found.value, updated.value)
      assert.deepStrictEqual((yield* withResponse.list).value, yield* contacts.list)
      const created = yield* withResponse.create({ email: "d@e.f" })
      yield* withResponse.addToSegment(created.value.id, 12345)
      yield* withResponse.removeFromSegment(created.value.id, 12345)
      yield* withResponse.delete(created.value.id)
      const deleted = yield* withResponse.deleteMany({ type: "unicity", value: [full] })
      assert.strictEqual(deleted.value.deleted.length, 1)
    }))

  test("arguments are read and encoded when the effect runs, each time", (contacts) =>
    Effect.gen(function* () {
      const values = { email: "a@b.c", orders: 1 }
      const upsert = contacts.upsert(values)
      values.orders = 2
      assert.strictEqual((yield* upsert).values.orders, 2)
      values.orders = 3
      assert.strictEqual((yield* upsert).values.orders, 3)
      const selection = { type: "unicity" as const, value: [{ email: "keep@b.c" }] }
      const deletion = contacts.deleteMany(selection)
      selection.value[0] = { email: "a@b.c" }
      assert.lengthOf((yield* deletion).deleted, 1)
    }))

  test("withResponse.upsert: is retried as targets.upsert is", (contacts) =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.script({ fault: Fault.reset({ applied: true }) })
      const { value, attempts } = yield* contacts.withResponse.upsert(full).pipe(inTime)
      assert.deepStrictEqual<unknown>(value.values, full)
      assert.strictEqual(attempts, 2)
    }))
})

describe("TargetModel.operations over a unicity of several fields", () => {
  const Person = TargetModel.make({
    name: TargetModel.text(2),
    number: TargetModel.number(3),
    email: TargetModel.text(1),
  }, { unicity: ["email", "number"] })
  const seed: SandboxSeed = {
    fields: [
      { id: 1, name: "Email", type: "email", isUnicity: true },
      { id: 2, name: "Name", type: "textField" },
      { id: 3, name: "Number", type: "numeric", isUnicity: true },
    ],
  }

  it.effect("send it in the account's order", () =>
    Effect.gen(function* () {
      const people = yield* Person.operations
      const jane = yield* people.upsert({ number: 7, name: "Jane", email: "a@b.c" })
      assert.deepStrictEqual(jane.values, { email: "a@b.c", name: "Jane", number: 7 })
      const found = yield* people.getByUnicity({ number: 7, email: "a@b.c" })
      assert.strictEqual(found.id, jane.id)
      const log = yield* requests
      assert.deepStrictEqual(log.map(({ query }) => query), [
        "unicity=a%40b.c&unicity=7",
        "unicity=a%40b.c&unicity=7",
      ])
      yield* people.deleteMany({ type: "unicity", value: [{ number: 7, email: "a@b.c" }] })
      assert.deepStrictEqual(yield* lastBody, { type: "unicity", value: [["a@b.c", "7"]] })
    }).pipe(Effect.provide(Sandbox.layerTargets({ seed }))))
})

describe("TargetModel.decode: a value that the model doesn't know", () => {
  const seed: SandboxSeed = {
    fields: [
      { id: 8101, name: "Civility", type: "singleSelectList", values: ["MR", "MRS", "Secret"] },
      { id: 8103, name: "Email", type: "email", isUnicity: true },
      { id: 8105, name: "Birthday", type: "date" },
      {
        id: 8107,
        name: "Interests",
        type: "multipleSelectList",
        values: ["books", "MUSIC", "Secret"],
      },
    ],
    targets: [
      { id: "00000001", fields: { 8103: "a@b.c", 8101: "MRS", 8107: ["MUSIC", "books"] } },
      {
        id: "00000002",
        fields: {
          8103: "d@e.f",
          8101: "Secret",
          8105: "01/02/2000",
          8107: ["books", "Secret"],
        },
      },
    ],
  }

  test(
    "a label is read in any case, and comes out as the model spells it",
    (contacts) =>
      Effect.gen(function* () {
        const { values, undecoded } = yield* contacts.get("00000001")
        assert.deepStrictEqual(values, {
          email: "a@b.c",
          title: "Mrs",
          birthday: null,
          interests: ["Music", "Books"],
        })
        assert.deepStrictEqual(undecoded, [])
      }),
    seed,
  )

  test(
    "is in `unknown` as it came, and in `undecoded` without its text",
    (contacts) =>
      Effect.gen(function* () {
        const john = yield* contacts.update("00000002", { email: "j@k.l" })
        assert.deepStrictEqual(john.values, { email: "j@k.l" })
        assert.deepStrictEqual(john.unknown, {
          8101: "Secret",
          8105: "01/02/2000",
          8107: ["books", "Secret"],
        })
        assert.deepStrictEqual(
          john.undecoded.map(({ _tag, target, field, fieldId, problem }) => [
            _tag,
            target,
            field,
            fieldId,
            problem,
          ]),
          [
            ["UndecodedField", "00000002", "title", 8101, 'Expected one of "Mr", "Mrs"'],
            [
              "UndecodedField",
              "00000002",
              "birthday",
              8105,
              "Expected an ISO 8601 date or Unix time",
            ],
            [
              "UndecodedField",
              "00000002",
              "interests",
              8107,
              'Expected none, one or several of "Books", "Music"',
            ],
          ],
        )
        for (const error of john.undecoded) {
          const shown = [error.message, String(error), JSON.stringify(error), error.stack].join(
            "\n",
          )
          assert.notInclude(shown, "Secret")
          assert.notInclude(shown, "01/02/2000")
          assert.include(error.message, error.field)
        }
      }),
    seed,
  )

  test("requireDecoded: fails with the first", (contacts) =>
    Effect.gen(function* () {
      const strict = (id: string) =>
        contacts.get(id).pipe(Effect.flatMap(TargetModel.requireDecoded))
      assert.strictEqual((yield* strict("00000001")).values.title, "Mrs")
      const error = yield* Effect.flip(strict("00000002"))
      assert.strictEqual(error._tag === "UndecodedField" && error.field, "title")
    }), seed)
})

describe("TargetModel.operations: a refused value", () => {
  const refused: ReadonlyArray<readonly [name: string, values: object, input: string]> = [
    ["an unknown label", { title: "Secret" }, "values.title"],
    ["a label in another case", { title: "mrs" }, "values.title"],
    ["labels outside an array", { interests: "Books" }, "values.interests"],
    ["null for a list", { interests: null }, "values.interests"],
    ["text for a day", { birthday: "Secret" }, "values.birthday"],
    ["an instant for a day", { birthday: DateTime.makeUnsafe("1980-05-17") }, "values.birthday"],
    ["a day in year 1", { birthday: "0001-05-01" }, "values.birthday"],
    ["a day that no calendar has", { birthday: "1980-02-30" }, "values.birthday"],
    ["a number that lost digits", { orders: 2 ** 60 }, "values.orders"],
    ["no number", { orders: NaN }, "values.orders"],
    ["a number for text", { email: 5 }, "values.email"],
    ["half a character", { email: "\ud800" }, "values.email"],
    ["an empty unicity", { email: null }, "values.email"],
    ["a unicity that isn't given", { email: undefined }, "values.email"],
    ["an unknown name", { "secret@b.c": 1 }, "values"],
    ["the name of an inherited property", { constructor: 1 }, "values"],
    ["an own __proto__", JSON.parse('{"__proto__": 1}'), "values"],
    ["what can't be shown", { title: Object.create(null) }, "values.title"],
  ]
  for (const [name, values, input] of refused) {
    test(`${name} is InvalidInput, and nothing is sent`, (contacts) =>
      Effect.gen(function* () {
        // Not a spread, which would give an own `__proto__` to the wrong property.
        const given = Object.defineProperties(
          { email: "a@b.c" },
          Object.getOwnPropertyDescriptors(values),
        )
        for (const operation of ["upsert", "create"] as const) {
          const error = yield* Effect.flip(contacts[operation](given))
          assert.instanceOf(error, InvalidInput)
          assert.deepInclude(error, {
            input,
            operation: `targets.${operation}`,
            attempts: 0,
            applied: "no",
          })
          assert.notMatch([error.stack, String(error), JSON.stringify(error)].join(), /secret/i)
        }
        assert.deepStrictEqual(yield* requests, [])
      }))
  }

  test("makes all of an update InvalidInput", (contacts) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(contacts.update("000MLGPR", { title: "Mr", orders: NaN }))
      assert.instanceOf(error, InvalidInput)
      assert.deepInclude(error, { input: "values.orders", operation: "targets.update" })
      assert.deepStrictEqual(yield* requests, [])
    }))

  test("of a unicity is InvalidInput under its name", (contacts) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(contacts.getByUnicity({ email: "\ud800" }))
      assert.instanceOf(error, InvalidInput)
      assert.deepInclude(error, { input: "unicity.email", operation: "targets.getByUnicity" })
      const blank = yield* Effect.flip(contacts.getByUnicity({ email: " " }))
      assert.deepInclude(blank, { _tag: "InvalidInput", input: "unicity" })
      assert.deepStrictEqual(yield* requests, [])
    }))

  it("isn't shown where a schema's message repeats it, and a schema that throws is InvalidInput", () => {
    const Loud = TargetModel.make({
      email: TargetModel.text(1),
      name: TargetModel.field(
        2,
        Schema.String.check(
          Schema.makeFilter((name) => name !== "Jane Doe" || `${name} is taken`),
        ),
      ),
      broken: TargetModel.field(
        3,
        Schema.String.pipe(Schema.decodeTo(Schema.String, {
          decode: SchemaGetter.transform((value: string): string => {
            throw new Error(value)
          }),
          encode: SchemaGetter.transform((value: string): string => {
            throw new Error(value)
          }),
        })),
      ),
    }, { unicity: "email" })
    const problem = (values: Parameters<typeof Loud.encodeValues>[0]) =>
      Result.match(Loud.encodeValues(values), {
        onSuccess: () => undefined,
        onFailure: ({ input, problem }) => [input, problem],
      })
    assert.deepStrictEqual(problem({ name: "Jane Doe" }), ["values.name", "… is taken"])
    const threw = "its schema threw, or isn't synchronous"
    assert.deepStrictEqual(problem({ broken: "x" }), ["values.broken", threw])
    const { values, unknown, undecoded } = decode(Loud, { 1: "a@b.c", 2: "Jane Doe", 3: "x" })
    assert.deepStrictEqual(values, { email: "a@b.c" })
    assert.deepStrictEqual(unknown, { 2: "Jane Doe", 3: "x" })
    assert.deepStrictEqual(undecoded.map(({ problem }) => problem), ["… is taken", threw])
  })
})

describe("TargetModel: a field", () => {
  const read = (field: TargetModel.Field<unknown>, value: FieldValue): unknown => {
    const Model = TargetModel.make({ key: TargetModel.text(1), field }, { unicity: "key" })
    const { values, undecoded } = decode(Model, { [field.id]: value })
    return undecoded.length > 0 ? "undecoded" : values.field
  }
  const instant = DateTime.makeUnsafe("2016-06-13T15:19:20Z")
  const midnight = DateTime.makeUnsafe("2016-06-13")

  const cases: ReadonlyArray<
    readonly [
      name: string,
      field: TargetModel.Field<unknown>,
      reads: ReadonlyArray<readonly [value: FieldValue, read: unknown]>,
    ]
  > = [
    ["text", TargetModel.text(2), [["", ""], [" a ", " a "], [null, null], [5, "undecoded"]]],
    ["number", TargetModel.number(2), [
      [4.5, 4.5],
      ["-4.50", -4.5],
      ["", null],
      [null, null],
      ["4,5", "undecoded"],
      ["1e3", "undecoded"],
      ["9007199254740993", "undecoded"],
      [true, "undecoded"],
    ]],
    ["date", TargetModel.date(2), [
      ["2016-06-13T15:19:20Z", instant],
      ["2016-06-13T17:19:20.000+02:00", instant],
      ["2016-06-13T15:19:20", instant],
      ["1465831160", instant],
      [1465831160, instant],
      [1465831160000, instant],
      ["2016-06-13", midnight],
      ["", null],
      [null, null],
      ["0001-01-01T00:00:00Z", null],
      ["13/06/2016", "undecoded"],
      ["2016-02-30", "undecoded"],
      ["June", "undecoded"],
      [["2016-06-13"], "undecoded"],
    ]],
    ["French date", TargetModel.date(2, { slashes: "dd/mm/yyyy" }), [
      ["13/06/2016", midnight],
      ["2016-06-13", midnight],
      ["06/13/2016", "undecoded"],
      ["30/02/2016", "undecoded"],
    ]],
    ["American date", TargetModel.date(2, { slashes: "mm/dd/yyyy" }), [
      ["06/13/2016", midnight],
      ["13/06/2016", "undecoded"],
    ]],
    ["day", TargetModel.day(2), [
      ["1980-05-17T00:00:00Z", "1980-05-17"],
      ["1980-05-17", "1980-05-17"],
      ["1980-05-17T00:00:00", "1980-05-17"],
      ["1980-05-17T00:00:00+02:00", "1980-05-17"],
      ["1980-05-17T23:30:00.000-0500", "1980-05-17"],
      ["1980-05-16T22:00:00Z", "1980-05-16"],
      ["327369600", "1980-05-17"],
      [327369600, "1980-05-17"],
      [327369600000, "1980-05-17"],
      ["", null],
      [null, null],
      ["0001-01-01T00:00:00Z", null],
      ["0001-01-01T00:00:00+01:00", null],
      ["17/05/1980", "undecoded"],
      ["1980-02-30", "undecoded"],
      ["+012026-01-01T00:00:00Z", "undecoded"],
      ["May", "undecoded"],
      [["1980-05-17"], "undecoded"],
    ]],
    ["day in Paris", TargetModel.day(2, { timeZone: "Europe/Paris" }), [
      ["1980-05-16T22:00:00Z", "1980-05-17"],
      ["1980-11-16T23:00:00.000Z", "1980-11-17"],
      ["1980-05-16T21:59:59Z", "1980-05-16"],
      [327362400, "1980-05-17"],
      ["1980-05-17T00:00:00Z", "1980-05-17"],
      ["1980-05-17T12:00:00Z", "1980-05-17"],
      ["1980-05-16T22:00:00", "1980-05-16"],
      ["1980-05-17T00:00:00+02:00", "1980-05-17"],
      ["1980-05-17", "1980-05-17"],
    ]],
    ["day in New York", TargetModel.day(2, { timeZone: "America/New_York" }), [
      ["1980-05-17T00:00:00Z", "1980-05-17"],
      ["1980-05-17T03:59:00Z", "1980-05-16"],
    ]],
    ["French day", TargetModel.day(2, { slashes: "dd/mm/yyyy" }), [
      ["17/05/1980", "1980-05-17"],
      ["1980-05-17", "1980-05-17"],
      ["05/17/1980", "undecoded"],
    ]],
    ["choice", TargetModel.choice(2, ["Été", "No"]), [
      ["ÉTÉ", "Été"],
      ["", null],
      [null, null],
      [["No"], "undecoded"],
      ["Noo", "undecoded"],
    ]],
    ["choices", TargetModel.choices(2, ["A", "B"]), [
      [["b", "A"], ["B", "A"]],
      ["a", ["A"]],
      [[], []],
      [null, []],
      ["", []],
      [["A", "C"], "undecoded"],
      [["A", null], "undecoded"],
      ["A;B", "undecoded"],
    ]],
    ["choices in digits", TargetModel.choices(2, ["1", "null"]), [
      [["1", "null"], ["1", "null"]],
      [[1], "undecoded"],
      [[null], "undecoded"],
    ]],
    ["flag", TargetModel.flag(2, { yes: "Oui", no: "Non" }), [
      ["OUI", true],
      ["non", false],
      ["", null],
      ["si", "undecoded"],
      [["Oui"], "undecoded"],
    ]],
    ["numeric flag", TargetModel.flag(2, { yes: 1, no: 0 }), [
      [1, true],
      ["0", false],
      [2, "undecoded"],
    ]],
    ["schema of one's own", TargetModel.field(2, Schema.NumberFromString), [
      ["4", 4],
      [null, null],
    ]],
    ["schema that reads null", TargetModel.field(2, Schema.OptionFromNullOr(Schema.String)), [
      ["4", Option.some("4")],
      [null, Option.none()],
    ]],
  ]
  for (const [name, field, reads] of cases) {
    it(`${name}: reads each form that NP6 may send`, () => {
      for (const [value, expected] of reads) {
        assert.deepStrictEqual(read(field, value), expected, JSON.stringify(value))
      }
    })
  }

  it("day: a birthday at midnight in Paris is written as that day", () => {
    const Model = TargetModel.make({ key: TargetModel.text(1), birthday: TargetModel.day(2) }, {
      unicity: "key",
    })
    const paris = DateTime.makeZonedUnsafe(
      { year: 1980, month: 5, day: 17 },
      { timeZone: "Europe/Paris", adjustForTimeZone: true },
    )
    assert.strictEqual(DateTime.formatIso(paris), "1980-05-16T22:00:00.000Z")
    const birthday = Schema.decodeUnknownSync(Day)(DateTime.formatIsoDate(paris))
    assert.deepStrictEqual(
      Model.encodeValues({ birthday }),
      Result.succeed({ 2: "1980-05-17T00:00:00Z" }),
    )
  })

  it("flag: is written as its two values", () => {
    const Model = TargetModel.make({
      key: TargetModel.text(1),
      optIn: TargetModel.flag(2, { yes: "Oui", no: "Non" }),
      isCustomer: TargetModel.flag(3, { yes: 1, no: 0 }),
    }, { unicity: "key" })
    const encoded = Model.encodeValues({ optIn: true, isCustomer: false })
    assert.deepStrictEqual(encoded, Result.succeed({ 2: "Oui", 3: 0 }))
  })
})

describe("TargetModel.make", () => {
  it("throws for a definition that can't be right", () => {
    const { text, make } = TargetModel
    const id: number = 1
    const wrong: ReadonlyArray<readonly [mistake: () => unknown, message: RegExp]> = [
      [() => text(0), /positive 32-bit/],
      [() => text(1.5), /positive 32-bit/],
      [() => text(2 ** 31), /positive 32-bit/],
      [() => make({ a: text(id), b: text(id) }, { unicity: "a" }), /"a" and "b" have the same id/],
      [() => make({ a: text(1), b: text(2) }, { unicity: ["a", "a"] }), /twice/],
      [() => TargetModel.choice(1, ["Mr", "MR"]), /differ in case/],
      [() => TargetModel.choices(1, ["Mr", ""]), /empty/],
      [() => TargetModel.flag(1, { yes: 1, no: "1" }), /differ in case/],
      [() => TargetModel.day(1, { timeZone: "Europe/Pariss" }), /no time zone "Europe\/Pariss"/],
    ]
    for (const [mistake, message] of wrong) assert.throws(mistake, TypeError, message)
  })

  it("takes names that objects have too", () => {
    const Odd = TargetModel.make({
      ["__proto__"]: TargetModel.text(1),
      constructor: TargetModel.text(2),
      toString: TargetModel.text(3),
    }, { unicity: "__proto__" })
    const given = { ["__proto__"]: "a", constructor: "b", toString: "c" }
    const encoded = Odd.encode(given)
    assert.deepStrictEqual(
      encoded,
      Result.succeed({ unicity: ["a"], values: { 1: "a", 2: "b", 3: "c" } }),
    )
    const { values } = decode(Odd, { 1: "a", 2: "b", 3: "c" })
    assert.deepStrictEqual(Object.entries(values), Object.entries(given))
    assert.strictEqual(Object.getPrototypeOf(values), Object.prototype)
    assert.deepStrictEqual(decode(Odd, {}).values, {})
  })

  it("decode: keeps fields whose keys aren't ids of the model in `unknown`", () => {
    const fields = JSON.parse('{"__proto__":"x","08103":"y","Email":"z"}')
    const { values, unknown } = decode(Contact, fields)
    assert.deepStrictEqual(values, {})
    assert.deepStrictEqual(Object.entries(unknown), Object.entries(fields))
  })
})
