import { assert, describe, it } from "@effect/vitest"
import { defaultSeed, Sandbox, SandboxSeed } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ask, call, create } from "../harness/sandboxCalls.ts"

const field = { id: 1, name: "Email", type: "email", isUnicity: true } as const
const segment = { id: 1, name: "Newsletter", type: "static" } as const
const key = { name: "crm", value: "crm-key", permissions: ["read"] } as const
const target = { fields: { 8103: "a@b.c" } }

/** Seeds that no account could have, with a word of the reason. */
const wrong: ReadonlyArray<readonly [reason: RegExp, seed: SandboxSeed]> = [
  [/isUnicity/, { fields: [] }],
  [/isUnicity/, { fields: [{ ...field, isUnicity: false }] }],
  [/two fields with id 1/, { fields: [field, { ...field, name: "Other" }] }],
  [/two fields named Email/, { fields: [field, { ...field, id: 2 }] }],
  [/field id/, { fields: [{ ...field, name: "8103" }] }],
  [/list without values/, { fields: [field, { id: 2, name: "L", type: "singleSelectList" }] }],
  [/not a list/, { fields: [{ ...field, values: ["a"] }] }],
  [/twice/, {
    fields: [field, { id: 2, name: "L", type: "multipleSelectList", values: ["a", "A"] }],
  }],
  [/cannot identify/, { fields: [{ id: 1, name: "D", type: "date", isUnicity: true }] }],
  [/"id"/, { fields: [{ ...field, id: 0 }] }],
  [/two segments with id 1/, { segments: [segment, segment] }],
  [/two keys named crm/, { keys: [key, { ...key, value: "other" }] }],
  [/two keys named full/, { keys: [{ ...key, name: "full" }] }],
  [/same value/, { keys: [key, { ...key, name: "other" }] }],
  [/"value"/, { keys: [{ ...key, value: "with a space" }] }],
  [/"perSecond"/, { rateLimit: { perSecond: 0, burst: 1 } }],
  [/"burst"/, { rateLimit: { perSecond: 1, burst: 0 } }],
  [/target 0: .*unicity is null/, { targets: [{ fields: {} }] }],
  [/target 1: its unicity is taken/, { targets: [target, target] }],
  [/target 0: "99" is not a field/, { targets: [{ fields: { ...target.fields, 99: "x" } }] }],
  [/target 0: there is no segment 1/, { targets: [{ ...target, segments: [1] }] }],
  [/target 1: its id is taken/, {
    targets: [{ ...target, id: "00000001" }, { id: "00000001", fields: { 8103: "d@e.f" } }],
  }],
  [/"id"/, { targets: [{ ...target, id: "1" }] }],
  [/"id"/, { targets: [{ ...target, id: "x00000001" }] }],
  [/"id"/, { targets: [{ ...target, id: "00000001x" }] }],
]

/** What no program with types has: a file may. */
const misspelt: ReadonlyArray<readonly [reason: RegExp, seed: object]> = [
  [/"type"/, { segments: [{ ...segment, type: "statik" }] }],
  [/"name"/, { segments: [{ id: 1, type: "static" }] }],
  [/"permissions"/, { keys: [{ ...key, permissions: ["reed"] }] }],
  [/"reason"/, { targets: [{ ...target, redList: { mail: {} } }] }],
  [/"mail"/, { targets: [{ ...target, redList: { mail: 1 } }] }],
  [/"field"/, { targets: [{ ...target, bounce: [{ type: 1, timestamp: 1, reason: 1 }] }] }],
  [/"bulkDeleteAnswer"/, { bulkDeleteAnswer: "lists" }],
]

describe("a seed", () => {
  it.effect("that is misspelt is refused where it is", () =>
    Effect.gen(function* () {
      for (const [reason, seed] of misspelt) {
        const error = yield* Effect.flip(Schema.decodeUnknownEffect(SandboxSeed)(seed))
        assert.match(error.message, reason)
      }
    }))

  it.effect("may name each permission, each kind of segment, and what a bulk delete answers", () =>
    Effect.gen(function* () {
      const seed: SandboxSeed = {
        keys: [{ ...key, permissions: ["read", "write", "segment", "delete"] }],
        segments: [segment, { id: 2, name: "Actives", type: "dynamic" }],
        bulkDeleteAnswer: "list",
      }
      assert.deepStrictEqual(yield* Schema.decodeEffect(SandboxSeed)(seed), seed)
      yield* Effect.provide(Sandbox, Sandbox.layerWith(seed))
    }))

  it.effect("may have names with digits in them, and a telephone number for a unicity", () => {
    const fields = [
      { id: 1, name: "Phone 1", type: "phone", isUnicity: true },
      { id: 2, name: "2nd line", type: "textField" },
    ] as const
    return Effect.gen(function* () {
      const [status] = yield* ask("POST", "/targets", { json: { 1: "+33 6", "2nd line": "x" } })
      assert.strictEqual(status, 200)
      const { targets } = yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
      assert.deepStrictEqual(targets[0]?.bounce, [])
    }).pipe(Effect.provide(Sandbox.layerWith({ fields })))
  })

  it.effect("may have the id that comes next: then the one after it comes", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* create("d@e.f"), ["000MLGPS"])
      const { targets } = yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
      assert.deepStrictEqual(targets.map(({ bounce, id }) => [id, bounce]), [
        ["000MLGPR", []],
        ["000MLGPS", []],
      ])
    }).pipe(Effect.provide(Sandbox.layerWith({ targets: [{ ...target, id: "000MLGPR" }] }))))

  it.effect("may have labels that only look alike in upper case", () => {
    const list = {
      id: 2,
      name: "L",
      type: "singleSelectList",
      values: ["Straße", "Strasse"],
    } as const
    return Effect.gen(function* () {
      const [, body] = yield* ask("POST", "/targets", { json: { 1: "a@b.c", 2: "strasse" } })
      assert.deepInclude(body as object, { fields: { 1: "a@b.c", 2: "Strasse" } })
    }).pipe(Effect.provide(Sandbox.layerWith({ fields: [field, list] })))
  })

  it.effect("that no account could have is an InvalidSeed that says why", () =>
    Effect.gen(function* () {
      for (const [reason, seed] of wrong) {
        const error = yield* Effect.flip(Effect.provide(Sandbox, Sandbox.layerWith(seed)))
        assert.strictEqual(error._tag, "InvalidSeed")
        assert.match(error.message, reason)
      }
    }))

  it.effect("with an unknown property is refused, so that a typing error shows", () =>
    Effect.gen(function* () {
      const seed = yield* Schema.decodeUnknownEffect(SandboxSeed)({ fields: [field] })
      const typo = { ...seed, segmnets: [] }
      const error = yield* Effect.flip(Effect.provide(Sandbox, Sandbox.layerWith(typo)))
      assert.match(error.message, /segmnets/)
    }))

  it.effect("comes from JSON as well", () =>
    Effect.gen(function* () {
      const json = JSON.stringify({ ...defaultSeed, keys: [key], targets: [target] })
      const seed = yield* Schema.decodeEffect(Schema.fromJsonString(SandboxSeed))(json)
      yield* ask("GET", "/targets?unicity=a@b.c", { key }).pipe(
        Effect.map(([status]) => assert.strictEqual(status, 200)),
        Effect.provide(Sandbox.layerWith(seed)),
      )
    }))

  it.effect("gives targets ids, segments, bounces and red-list entries", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* create("x@y.z"), ["000MLGPS"])
      const bounce = [{ field: 8103, type: 52, timestamp: "1465831160", reason: 1 }]
      const redList = { mail: { reason: 4 } }
      const [status, body] = yield* ask("GET", "/targets/00000001")
      assert.strictEqual(status, 200)
      assert.deepInclude(body as object, { bounce, redList })
      assert.strictEqual((yield* call("POST", "/targets/00000001/segments/12345")).status, 409)
      const { targets } = yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
      assert.deepStrictEqual(targets.map((one) => one.id), ["00000001", "000MLGPR", "000MLGPS"])
    }).pipe(Effect.provide(Sandbox.layerWith({
      targets: [
        {
          id: "00000001",
          fields: { Email: "a@b.c" },
          segments: [12345, 14105],
          bounce: [{ field: 8103, type: 52, timestamp: "1465831160", reason: 1 }],
          redList: { mail: { reason: 4 } },
        },
        { fields: { 8103: "d@e.f" } },
      ],
    }))))

  it.effect("gives keys their permissions", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* call("GET", "/targets", { key })).status, 200)
      const sent = { key, json: { 8103: "a@b.c" } }
      assert.strictEqual((yield* call("POST", "/targets", sent)).status, 403)
    }).pipe(Effect.provide(Sandbox.layerWith({ keys: [key] }))))
})
