import { assert, describe, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { defaultSeed, Sandbox, type SandboxSeed } from "@effect-np6/targets/sandbox"
import { DateTime, Effect, Option, Result, Schema, Stream } from "effect"
import * as TargetModel from "../src/TargetModel.ts"

const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  title: TargetModel.choice(8101, ["Mr", "Mrs"]),
  birthday: TargetModel.date(8105),
  orders: TargetModel.number(8106),
  interests: TargetModel.choices(8107, ["Books", "Music"]),
}, { unicity: "email" })

const birthday = DateTime.makeUnsafe("1980-05-17")
const full = { email: "a@b.c", title: "Mrs", birthday, orders: 3, interests: ["Books"] } as const

const test = <A, E>(
  name: string,
  body: (
    contacts: TargetModel.OperationsOf<typeof Contact>,
  ) => Effect.Effect<A, E, Targets | Sandbox>,
  seed: SandboxSeed = {},
) =>
  it.effect(name, () =>
    Contact.operations.pipe(
      Effect.flatMap(body),
      Effect.provide(Sandbox.layerTargets({ seed, retry: undefined })),
    ))

const lastBody = Effect.flatMap(Sandbox, (sandbox) => sandbox.requests).pipe(
  Effect.map((log) => JSON.parse(log.at(-1)?.body ?? "null")),
)
const sent = Effect.flatMap(Sandbox, (sandbox) => sandbox.requests).pipe(
  Effect.map((log) => log.length),
)

describe("an operation of a model", () => {
  test("upserts and reads back what it was given, with the unicity from the model", (contacts) =>
    Effect.gen(function* () {
      const jane = yield* contacts.upsert(full)
      assert.deepStrictEqual(jane.values, full)
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
    }))
})
