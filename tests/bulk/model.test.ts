import { assert, describe, it } from "@effect/vitest"
import {
  Bulk,
  type CommonFailure,
  type Conflict,
  InvalidInput,
  type NotFound,
  TargetModel,
  type Targets,
} from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Stream } from "effect"
import { collect, tags } from "../harness/bulk.ts"

const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  name: TargetModel.text(8102),
  title: TargetModel.choice(8101, ["Mr", "Mrs"]),
}, { unicity: "email" })
type Contact = TargetModel.TypeOf<typeof Contact>

const contacts = Bulk.of(Contact)
const newsletter = 12345
const sandbox = Sandbox.layerTargets()
const jane = { email: "jane@example.com", name: "Doe", title: "Mrs" } as const
const joe = { email: "joe@example.com", title: "Mr" } as const

const idsOf = Effect.map(
  Effect.flatMap(Sandbox, (np6) => np6.state),
  ({ targets }) => targets.map(({ id }) => String(id)),
)

describe("Bulk.of", () => {
  it.effect("upsert: writes values by name, and returns them so", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const { outcomes } = yield* collect(
        Stream.make(jane, joe).pipe(contacts.upsert((contact) => contact)),
      )
      const titles = outcomes.map((outcome) =>
        outcome._tag === "Done" ? outcome.value.values.title : outcome._tag
      )
      assert.deepStrictEqual(titles, ["Mrs", "Mr"])
      const { targets } = yield* np6.state
      assert.deepStrictEqual(targets.map(({ fields }) => fields[8102] ?? null), ["Doe", null])
    }).pipe(Effect.provide(sandbox)))

  it.effect("upsert: fails the row whose value doesn't fit, and sends the others", () =>
    Effect.gen(function* () {
      // No program with types has the second.
      const rows = [jane, { email: "joe@example.com", title: "Dr" as "Mr" }, {
        email: "",
      }]
      const { outcomes } = yield* collect(
        Stream.fromIterable(rows).pipe(contacts.upsert((contact) => contact)),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Failed", "Failed"])
      const inputs = outcomes.map((outcome) =>
        outcome._tag === "Failed" && outcome.error instanceof InvalidInput
          ? outcome.error.input
          : undefined
      )
      assert.deepStrictEqual(inputs, [undefined, "values.title", "unicity"])
    }).pipe(Effect.provide(sandbox)))

  it.effect("upsert: takes the Result of fromText, whose problems are the row's", () =>
    Effect.gen(function* () {
      const rows = [{ email: "a@b.c", title: "mrs" }, { email: "d@e.f", title: "Dr" }]
      const { outcomes } = yield* collect(
        Stream.fromIterable(rows).pipe(contacts.upsert((row) => Contact.fromText(row))),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Failed"])
    }).pipe(Effect.provide(sandbox)))

  it.effect("upsert: keeps the order of two rows for one contact", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const names = ["first", "second", "third"]
      yield* collect(
        Stream.fromIterable(names).pipe(
          contacts.upsert((name, email = "A@b.c") => ({
            email: name === "second" ? email : email.toLowerCase(),
            name,
          })),
        ),
      )
      const log = (yield* np6.requests).map(({ body }) => JSON.parse(body)["8102"])
      assert.deepStrictEqual(log, names)
    }).pipe(Effect.provide(sandbox)))

  it.effect("create, update, addToSegment, removeFromSegment, ensureInSegment", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const created = yield* collect(
        Stream.make(jane, jane).pipe(contacts.create((contact) => contact, { concurrency: 1 })),
      )
      assert.deepStrictEqual(tags(created.outcomes), ["Done", "Failed"])
      const ids = Stream.fromIterable(yield* idsOf)
      const updated = yield* collect(
        ids.pipe(contacts.update((id) => ({ id, values: { title: null, name: "Roe" } }))),
      )
      const [done] = updated.outcomes
      assert.deepInclude(done?._tag === "Done" ? done.value.values : {}, {
        title: null,
        name: "Roe",
      })
      const added = yield* collect(ids.pipe(contacts.addToSegment(newsletter, (id) => id)))
      const removed = yield* collect(ids.pipe(contacts.removeFromSegment(newsletter, (id) => id)))
      const ensured = yield* collect(
        Stream.make(jane, joe).pipe(contacts.ensureInSegment(newsletter, (contact) => contact)),
      )
      const all = [added, removed, ensured].flatMap(({ outcomes }) => tags(outcomes))
      assert.deepStrictEqual(all, ["Done", "Done", "Done", "Done"])
      const { targets } = yield* np6.state
      assert.deepStrictEqual(targets.map(({ segments }) => segments), [[newsletter], [newsletter]])
    }).pipe(Effect.provide(sandbox)))

  it.effect("delete: by id, and by the unicity by name", () =>
    Effect.gen(function* () {
      yield* collect(Stream.make(jane, joe).pipe(contacts.upsert((contact) => contact)))
      const [first = ""] = yield* idsOf
      const byId = yield* collect(Stream.make(first).pipe(contacts.delete("id", (id) => id)))
      const byUnicity = yield* collect(
        Stream.make(joe, { email: "nobody@example.com" }, { email: "" }).pipe(
          contacts.delete("unicity", ({ email }) => ({ email }), { chunkSize: 2 }),
        ),
      )
      const values = [byId, byUnicity].flatMap(({ outcomes }) =>
        outcomes.map((outcome) => outcome._tag === "Done" ? outcome.value : outcome._tag)
      )
      assert.deepStrictEqual(values, ["Deleted", "Deleted", "NotFound", "Failed"])
      assert.deepStrictEqual(yield* idsOf, [])
    }).pipe(Effect.provide(sandbox)))
})

// What the compiler holds.
type Row = { readonly email: string }
const upserting: Bulk.Operator<Row, Contact, CommonFailure> = contacts.upsert((row) => row)
const creating: Bulk.Operator<Row, Contact, CommonFailure | Conflict<"UnicityTaken">> = contacts
  .create((
    row,
  ) => row)
const updating: Bulk.Operator<
  string,
  Contact,
  CommonFailure | NotFound | Conflict<"UnicityTaken">
> = contacts
  .update((id) => ({ id, values: { name: null } }))
const needing: (rows: Stream.Stream<Row>) => Stream.Stream<
  Bulk.Outcome<Row, Contact, CommonFailure | "no">,
  CommonFailure,
  Targets | Sandbox
> = contacts.upsert((row: Row) =>
  Effect.flatMap(Sandbox, () => row.email === "" ? Effect.fail("no" as const) : Effect.succeed(row))
)
// @ts-expect-error a value of another type
void contacts.upsert((row: Row) => ({ ...row, title: "Dr" }))
// @ts-expect-error without the unicity
void contacts.upsert((_: Row) => ({ name: "Doe" }))
// @ts-expect-error a unicity is not an id
void contacts.delete("unicity", (row: Row) => row.email)
void [upserting, creating, updating, needing]
