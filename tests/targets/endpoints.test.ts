import { assert, describe, it } from "@effect/vitest"
import { Np6, Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Layer, Redacted, Stream } from "effect"
import { nameOf } from "../harness/errors.ts"

const newsletter = 12345
const dynamic = 14105
const missing = "0000000X"

const world = Effect.gen(function* () {
  const targets = yield* Targets
  const jane = yield* targets.create({ 8102: "Doe", 8103: "jane@example.com" })
  const joe = yield* targets.create({ 8103: "joe@example.com" })
  yield* targets.addToSegment(joe.id, newsletter)
  return { jane: jane.id, joe: joe.id }
})
type World = Effect.Success<typeof world>
type Service = Targets["Service"]
type Call = (targets: Service, world: World) => Effect.Effect<unknown, { readonly _tag: string }>

/** What each operation does when it succeeds, and how the world fails it with what it documents. */
const rows: {
  readonly [operation: string]: {
    readonly isRead?: true
    readonly succeeds: Call
    readonly leaves?: (targets: Effect.Success<Sandbox["Service"]["state"]>["targets"]) => boolean
    readonly fails?: { readonly [failure: string]: Call }
  }
} = {
  list: { isRead: true, succeeds: (targets) => targets.list },
  stream: { isRead: true, succeeds: (targets) => Stream.runCollect(targets.stream) },
  get: {
    isRead: true,
    succeeds: (targets, { jane }) => targets.get(jane),
    fails: { NotFound: (targets) => targets.get(missing) },
  },
  getByUnicity: {
    isRead: true,
    succeeds: (targets) => targets.getByUnicity("jane@example.com"),
    fails: { NotFound: (targets) => targets.getByUnicity("nobody@example.com") },
  },
  upsert: {
    succeeds: (targets) =>
      Effect.all([
        targets.upsert("jane@example.com", { 8101: "Mrs", 8103: "jane@example.com" }),
        targets.upsert("new@example.com", { 8103: "new@example.com" }),
      ]),
    leaves: ([jane, , added]) =>
      jane?.fields["8101"] === "Mrs" && jane.fields["8102"] === "Doe" &&
      added?.fields["8103"] === "new@example.com",
  },
  create: {
    succeeds: (targets) => targets.create({ 8103: "new@example.com" }),
    leaves: (targets) => targets.length === 3,
    fails: {
      "Conflict/UnicityTaken": (targets) => targets.create({ 8103: "jane@example.com" }),
      BadRequest: (targets) => targets.create({ 8102: "nobody" }),
    },
  },
  update: {
    succeeds: (targets, { jane }) => targets.update(jane, { 8101: "Mrs", 8102: null }),
    leaves: ([jane]) => jane?.fields["8101"] === "Mrs" && jane.fields["8102"] === undefined,
    fails: {
      NotFound: (targets) => targets.update(missing, { 8101: "Mrs" }),
      "Conflict/UnicityTaken": (targets, { jane }) =>
        targets.update(jane, { 8103: "joe@example.com" }),
      BadRequest: (targets, { jane }) => targets.update(jane, { 9999: "no such field" }),
    },
  },
  addToSegment: {
    succeeds: (targets, { jane }) => targets.addToSegment(jane, newsletter),
    leaves: ([jane]) => jane?.segments.includes(newsletter) === true,
    fails: {
      NotFound: (targets) => targets.addToSegment(missing, newsletter),
      "Conflict/AlreadyInSegment": (targets, { joe }) => targets.addToSegment(joe, newsletter),
    },
  },
  removeFromSegment: {
    succeeds: (targets, { joe }) => targets.removeFromSegment(joe, newsletter),
    leaves: ([, joe]) => joe?.segments.length === 0,
    fails: {
      NotFound: (targets, { jane }) => targets.removeFromSegment(jane, 99999),
      "Conflict/DynamicSegment": (targets, { jane }) => targets.removeFromSegment(jane, dynamic),
    },
  },
  delete: {
    succeeds: (targets, { jane }) => targets.delete(jane),
    leaves: (targets) => targets.length === 1,
    fails: { NotFound: (targets) => targets.delete(missing) },
  },
  deleteMany: {
    succeeds: (targets) =>
      Effect.all([
        targets.deleteMany({ type: "segment", value: newsletter }),
        targets.deleteMany({ type: "unicity", value: ["jane@example.com", "nobody@example.com"] }),
      ]),
    leaves: (targets) => targets.length === 0,
    fails: { NotFound: (targets) => targets.deleteMany({ type: "id", value: [missing] }) },
  },
}

const withKey = (key: (keys: Sandbox["Service"]["keys"]) => Redacted.Redacted<string>) =>
  Layer.unwrap(
    Sandbox.useSync(({ keys, url }) =>
      Layer.provide(Targets.layer, Np6.layer({ apiKey: key(keys), baseUrl: url }))
    ),
  ).pipe(Layer.provide(Sandbox.layerClient))

for (const [operation, { isRead, succeeds, leaves, fails }] of Object.entries(rows)) {
  describe(operation, () => {
    it.effect("does what it says", () =>
      Effect.gen(function* () {
        const targets = yield* Targets
        const sandbox = yield* Sandbox
        const before = yield* world
        yield* succeeds(targets, before)
        const after = yield* sandbox.state
        assert.isTrue(leaves === undefined ? after.targets.length === 2 : leaves(after.targets))
      }).pipe(Effect.provide(Sandbox.layerTargets())))

    for (const [failure, fail] of Object.entries(fails ?? {})) {
      it.effect(`fails with ${failure}, and changes nothing`, () =>
        Effect.gen(function* () {
          const targets = yield* Targets
          const sandbox = yield* Sandbox
          const ids = yield* world
          const before = yield* sandbox.state
          const error = yield* Effect.flip(fail(targets, ids))
          assert.strictEqual(nameOf(error), failure)
          assert.propertyVal(error, "operation", `targets.${operation}`)
          assert.propertyVal(error, "applied", "no")
          assert.property(error, "requestId")
          assert.deepStrictEqual(yield* sandbox.state, before)
        }).pipe(Effect.provide(Sandbox.layerTargets())))
    }

    it.effect("with a wrong key is Unauthorized", () =>
      Effect.gen(function* () {
        const ids = yield* world
        const layer = withKey(() => Redacted.make("no-such-key"))
        const targets = yield* Effect.provide(Targets, layer)
        assert.strictEqual((yield* Effect.flip(succeeds(targets, ids)))._tag, "Unauthorized")
      }).pipe(Effect.provide(Sandbox.layerTargets())))

    it.effect(`with a key that may only read ${isRead ? "succeeds" : "is Forbidden"}`, () =>
      Effect.gen(function* () {
        const ids = yield* world
        const targets = yield* Effect.provide(Targets, withKey((keys) => keys.readOnly))
        const call = succeeds(targets, ids)
        const result = isRead ? Effect.as(call, "success") : Effect.map(Effect.flip(call), nameOf)
        assert.strictEqual(yield* result, isRead ? "success" : "Forbidden")
      }).pipe(Effect.provide(Sandbox.layerTargets())))
  })
}

describe("a lookup", () => {
  it.effect("of several criteria finds the one target that has them all", () =>
    Effect.gen(function* () {
      const targets = yield* Targets
      const jane = yield* targets.upsert(["jane@example.com", "Doe"], {
        1: "jane@example.com",
        2: "Doe",
      })
      yield* targets.create({ 1: "jane@example.com", 2: "Roe" })
      assert.strictEqual((yield* targets.getByUnicity(["jane@example.com", "Doe"])).id, jane.id)
      const report = yield* targets.deleteMany({
        type: "unicity",
        value: [["jane@example.com", "Roe"]],
      })
      assert.deepStrictEqual(report.deleted.map(({ unicity }) => unicity), [[
        "jane@example.com",
        "Roe",
      ]])
      assert.strictEqual((yield* targets.list).length, 1)
    }).pipe(
      Effect.provide(Sandbox.layerTargets({
        seed: {
          fields: [
            { id: 1, name: "Email", type: "email", isUnicity: true },
            { id: 2, name: "Name", type: "textField", isUnicity: true },
          ],
        },
      })),
    ))
})
