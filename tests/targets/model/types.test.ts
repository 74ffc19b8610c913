import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import type {
  Day,
  Fields,
  FieldValues,
  InvalidInput,
  RedList,
  TargetId,
  Targets,
  TargetsService,
} from "@effect-np6/targets"
import { type DateTime, type Effect, type Option, type Result, Schema, type Stream } from "effect"
import * as TargetModel from "../../../src/targets/TargetModel.ts"

const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  title: TargetModel.choice(8101, ["Mr", "Mrs"]),
  birthday: TargetModel.day(8105),
  since: TargetModel.date(8110),
  orders: TargetModel.number(8106),
  interests: TargetModel.choices(8107, ["Books", "Music"]),
  optIn: TargetModel.flag(8109, { yes: "Oui", no: "Non" }),
}, { unicity: "email" })

type Contact = TargetModel.TypeOf<typeof Contact>
type Contacts = TargetModel.OperationsOf<typeof Contact>
type Shape = {
  readonly email: string | null
  readonly title: "Mr" | "Mrs" | null
  readonly birthday: Day | null
  readonly since: DateTime.Utc | null
  readonly orders: number | null
  readonly interests: ReadonlyArray<"Books" | "Music">
  readonly optIn: boolean | null
}

type Call = (...args: ReadonlyArray<never>) => unknown
type ErrorOf<O> = O extends (...args: ReadonlyArray<never>) => Effect.Effect<unknown, infer E> ? E
  : O extends Effect.Effect<unknown, infer E> ? E
  : O extends Stream.Stream<unknown, infer E> ? E
  : never
type ErrorsOf<Service> = {
  [O in keyof Service]: Service[O] extends
    Call | Effect.Effect<unknown, unknown> | Stream.Stream<unknown, unknown> ? ErrorOf<Service[O]>
    : never
}

// These are checked by the compiler (`deno task check`); running them shows only that they load.
describe("TargetModel: its types", () => {
  it("has each field's type under its name", () => {
    expectTypeOf(Contact).toEqualTypeOf<TargetModel.TargetModel<Shape, "email">>()
    expectTypeOf<Contact>().toEqualTypeOf<TargetModel.TypedTarget<Shape>>()
    expectTypeOf<Contact["id"]>().toEqualTypeOf<TargetId>()
    expectTypeOf<Contact["redList"]>().toEqualTypeOf<RedList | undefined>()
    expectTypeOf<Contact["unknown"]>().toEqualTypeOf<Fields>()
    expectTypeOf<Contact["values"]["title"]>().toEqualTypeOf<"Mr" | "Mrs" | null | undefined>()
    expectTypeOf<Contact["values"]["interests"]>()
      .toEqualTypeOf<ReadonlyArray<"Books" | "Music"> | undefined>()
    // @ts-expect-error a typed target has its fields under values and unknown
    type _Fields = Contact["fields"]
    // @ts-expect-error the model has no such name
    type _Titel = Contact["values"]["titel"]
  })

  it("lets a listed target say nothing about bounces and red lists", () => {
    type Listed = Stream.Success<Contacts["stream"]>
    expectTypeOf<Listed>().toEqualTypeOf<TargetModel.TypedListedTarget<Shape>>()
    expectTypeOf<keyof Listed>().toEqualTypeOf<
      "id" | "creationDate" | "lastUpdateDate" | "values" | "unknown" | "undecoded"
    >()
  })

  it("has the errors of Targets, operation by operation", () => {
    expectTypeOf<ErrorsOf<Contacts>>().toEqualTypeOf<ErrorsOf<TargetsService>>()
    expectTypeOf<ErrorsOf<Contacts["withResponse"]>>()
      .toEqualTypeOf<ErrorsOf<Omit<TargetsService["withResponse"], "stream">>>()
    expectTypeOf<keyof Contacts>().toEqualTypeOf<keyof TargetsService>()
    expectTypeOf(Contact.operations).toEqualTypeOf<Effect.Effect<Contacts, never, Targets>>()
  })

  it("has pure halves", () => {
    expectTypeOf(Contact.encode).returns
      .toEqualTypeOf<Result.Result<TargetModel.EncodedTarget, InvalidInput>>()
    expectTypeOf(Contact.encodeValues).returns
      .toEqualTypeOf<Result.Result<FieldValues, InvalidInput>>()
    const upsert = (targets: TargetsService, encoded: TargetModel.EncodedTarget) =>
      targets.upsert(encoded.unicity, encoded.values)
    assert.isFunction(upsert)
  })
})

describe("TargetModel.operations: what they take", () => {
  it("is what the fields say", () => {
    const right = (contacts: Contacts, since: DateTime.Utc) => [
      contacts.upsert({ email: "a@b.c" }),
      contacts.upsert({ email: "a@b.c", title: "Mrs", since, interests: [], optIn: true }),
      contacts.upsert({ email: "a@b.c", title: undefined, birthday: "1980-05-17" }),
      contacts.create({ email: "a@b.c", orders: null }),
      contacts.update("000MLGPR", {}),
      contacts.update("000MLGPR", { email: undefined, title: undefined }),
      contacts.update("000MLGPR", { title: null, interests: ["Books"] }),
      contacts.getByUnicity({ email: "a@b.c" }),
      contacts.deleteMany({ type: "unicity", value: [{ email: "a@b.c" }] }),
      contacts.deleteMany({ type: "segment", value: 12345 }),
      contacts.withResponse.upsert({ email: "a@b.c" }),
    ]
    assert.isFunction(right)
  })

  it("is what fromText reads", () => {
    expectTypeOf(Contact.fromText).returns.toEqualTypeOf<
      Result.Result<TargetModel.NewValuesOf<typeof Contact>, TargetModel.InvalidRow>
    >()
    const read = (row: Record<string, string | undefined>) => [
      Contact.fromText(row, { columns: { "E-mail": "email" }, dates: "dmy" }),
      // @ts-expect-error a name that the model doesn't have
      Contact.fromText(row, { columns: { "E-mail": "mail" } }),
      // @ts-expect-error a cell that isn't text
      Contact.fromText({ email: 5 }),
    ]
    assert.isFunction(read)
  })

  it("is nothing else", () => {
    const wrong = (contacts: Contacts) => [
      // @ts-expect-error the unicity is missing
      contacts.upsert({ title: "Mr" }),
      // @ts-expect-error the unicity is empty
      contacts.upsert({ email: null }),
      // @ts-expect-error the unicity is missing
      contacts.create({ title: "Mr" }),
      // @ts-expect-error a name that the model doesn't have
      contacts.upsert({ email: "a@b.c", titel: "Mr" }),
      // @ts-expect-error an id in place of a name
      contacts.upsert({ email: "a@b.c", 8101: "Mr" }),
      // @ts-expect-error a label that the model doesn't have
      contacts.upsert({ email: "a@b.c", title: "Dr" }),
      // @ts-expect-error the unicity isn't given
      contacts.upsert({ email: undefined }),
      // @ts-expect-error a list is cleared with []
      contacts.update("000MLGPR", { interests: null }),
      // @ts-expect-error text for an instant
      contacts.update("000MLGPR", { since: "1980-05-17" }),
      // @ts-expect-error a day in another order
      contacts.update("000MLGPR", { birthday: "17/05/1980" }),
      // @ts-expect-error text for a number
      contacts.update("000MLGPR", { orders: "3" }),
      // @ts-expect-error a unicity without its name
      contacts.getByUnicity("a@b.c"),
      // @ts-expect-error a field that isn't the unicity
      contacts.getByUnicity({ title: "Mr" }),
      // @ts-expect-error a unicity without its name
      contacts.deleteMany({ type: "unicity", value: ["a@b.c"] }),
      // @ts-expect-error the unicity is missing
      contacts.withResponse.upsert({ title: "Mr" }),
    ]
    assert.isFunction(wrong)
  })
})

describe("TargetModel.make: its types", () => {
  const { field, make, text } = TargetModel

  it("takes one name or several for the unicity, and wants them all", () => {
    const Person = make({ email: text(1), name: text(2), phone: text(3) }, {
      unicity: ["email", "name"],
    })
    expectTypeOf<TargetModel.NewValuesOf<typeof Person>>().toExtend<
      { readonly email: string; readonly name: string }
    >()
    expectTypeOf<Parameters<typeof Person.encodeUnicity>[0]>()
      .toEqualTypeOf<{ readonly email: string; readonly name: string }>()
  })

  it("takes ids that are known when it runs", () => {
    const ids: { readonly [name: string]: number } = { email: 1, name: 2 }
    const Person = make({ email: text(ids["email"] ?? 0), key: text(3), name: text(4) }, {
      unicity: "key",
    })
    expectTypeOf<Parameters<typeof Person.encodeUnicity>[0]>()
      .toEqualTypeOf<{ readonly key: string }>()
  })

  it("takes schemas, and adds null unless they read it themselves", () => {
    const Person = make({
      key: text(1),
      count: field(2, Schema.NumberFromString),
      nickname: field(3, Schema.OptionFromNullOr(Schema.String)),
      raw: field(4, Schema.NullOr(Schema.Number)),
    }, { unicity: "key" })
    expectTypeOf<TargetModel.TypeOf<typeof Person>["values"]>().toEqualTypeOf<{
      readonly key?: string | null
      readonly count?: number | null
      readonly nickname?: Option.Option<string>
      readonly raw?: number | null
    }>()
  })

  it("is refused by the compiler where it can't be right", () => {
    const wrong = () => [
      // @ts-expect-error two names for one id
      make({ email: text(1), mail: text(1) }, { unicity: "email" }),
      // @ts-expect-error the unicity isn't a field
      make({ email: text(1) }, { unicity: "mail" }),
      // @ts-expect-error one of the unicity isn't a field
      make({ email: text(1) }, { unicity: ["email", "name"] }),
      // @ts-expect-error the unicity is empty
      make({ email: text(1) }, { unicity: [] }),
      // @ts-expect-error there is no unicity
      make({ email: text(1) }, {}),
      // @ts-expect-error not a field
      make({ email: 8103 }, { unicity: "email" }),
      // @ts-expect-error NP6 has no field that holds an object
      field(1, Schema.Struct({ a: Schema.String })),
      // @ts-expect-error no labels
      TargetModel.choice(1, []),
    ]
    assert.isFunction(wrong)
  })
})
