import { assert, describe, it } from "@effect/vitest"
import { type InvalidSeed, Sandbox, SandboxSeed } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ask, call, create } from "../harness/sandboxCalls.ts"

const field = { id: 1, name: "Email", type: "email", isUnicity: true } as const
const segment = { id: 1, name: "Newsletter", type: "static" } as const
const key = { name: "crm", value: "crm-key", permissions: ["read"] } as const
const target = { fields: { 8103: "a@b.c" } }

/** Seeds that no account could have, with the reason and the place. */
const wrong: ReadonlyArray<readonly [reason: RegExp, place: string, seed: SandboxSeed]> = [
  [/isUnicity/, "fields", { fields: [] }],
  [/isUnicity/, "fields", { fields: [{ ...field, isUnicity: false }] }],
  [/two fields with id 1/, "fields.1", { fields: [field, { ...field, name: "Other" }] }],
  [/two fields named Email/, "fields.1", { fields: [field, { ...field, id: 2 }] }],
  [/field id/, "fields.0", { fields: [{ ...field, name: "8103" }] }],
  [/list without values/, "fields.1", {
    fields: [field, { id: 2, name: "L", type: "singleSelectList" }],
  }],
  [/both values and a valueListId/, "fields.1", {
    fields: [field, {
      id: 2,
      name: "L",
      type: "singleSelectList",
      values: ["a"],
      valueListId: 1,
    }],
  }],
  [/not a list/, "fields.0", { fields: [{ ...field, values: ["a"] }] }],
  [/not a list/, "fields.0", { fields: [{ ...field, valueListId: 1 }] }],
  [/twice/, "fields.1", {
    fields: [field, { id: 2, name: "L", type: "multipleSelectList", values: ["a", "A"] }],
  }],
  [/cannot identify/, "fields.0", {
    fields: [{ id: 1, name: "D", type: "date", isUnicity: true }],
  }],
  [/constraint without a number/, "fields.0", {
    fields: [{ ...field, constraint: { operator: 4, value: "" } }],
  }],
  [/constraint without a date/, "fields.1", {
    fields: [field, {
      id: 2,
      name: "D",
      type: "date",
      constraint: { operator: 4, value: "soon" },
    }],
  }],
  [/list and has a constraint/, "fields.1", {
    fields: [field, {
      id: 2,
      name: "L",
      type: "singleSelectList",
      values: ["a"],
      constraint: { operator: 4, value: "1" },
    }],
  }],
  [/between 1 and/, "fields.0.id", { fields: [{ ...field, id: 0 }] }],
  [/two value lists with id 1/, "valueLists.1", {
    valueLists: [{ id: 1, name: "L", values: [] }, { id: 1, name: "M", values: [] }],
  }],
  [/two segments with id 1/, "segments.1", { segments: [segment, segment] }],
  [/creation that is not a date/, "segments.0", { segments: [{ ...segment, creation: "soon" }] }],
  [/expiration that is not a date/, "segments.0", {
    segments: [{ ...segment, expiration: "soon" }],
  }],
  [/two keys named crm/, "keys.1", { keys: [key, { ...key, value: "other" }] }],
  [/two keys named full/, "keys.0", { keys: [{ ...key, name: "full" }] }],
  [/same value\./, "keys.1", { keys: [key, { ...key, name: "other" }] }],
  [/printable ASCII/, "keys.0.value", { keys: [{ ...key, value: " crm" }] }],
  [/printable ASCII/, "keys.0.value", { keys: [{ ...key, value: "crm " }] }],
  [/printable ASCII/, "keys.0.value", { keys: [{ ...key, value: "" }] }],
  [/greater than 0/, "rateLimit.perSecond", { rateLimit: { perSecond: 0, burst: 1 } }],
  [/greater than 0/, "rateLimit.burst", { rateLimit: { perSecond: 1, burst: 0 } }],
  [/unicity is null/, "targets.0", { targets: [{ fields: {} }] }],
  [/its unicity is taken/, "targets.1", { targets: [target, target] }],
  [/"99" is not a field/, "targets.0.fields.99", {
    targets: [{ fields: { ...target.fields, 99: "x" } }],
  }],
  [/field 8106 takes a number/, "targets.0.fields.Orders", {
    targets: [{ fields: { ...target.fields, Orders: "x" } }],
  }],
  [/there is no segment 1/, "targets.0.segments.1", {
    targets: [{ ...target, segments: [12345, 1] }],
  }],
  [/its id is taken/, "targets.1.id", {
    targets: [{ ...target, id: "00000001" }, { id: "00000001", fields: { 8103: "d@e.f" } }],
  }],
  [/eight characters/, "targets.0.id", { targets: [{ ...target, id: "1" }] }],
  [/eight characters/, "targets.0.id", { targets: [{ ...target, id: "x00000001" }] }],
  [/eight characters/, "targets.0.id", { targets: [{ ...target, id: "00000001x" }] }],
  [/not a date/, "targets.0.creationDate", { targets: [{ ...target, creationDate: "soon" }] }],
  [/not a date/, "targets.0.lastUpdateDate", { targets: [{ ...target, lastUpdateDate: "soon" }] }],
]

/** What no program with types has: a file may. */
const misspelt: ReadonlyArray<readonly [reason: RegExp, place: string, seed: object]> = [
  [/"static" \| "dynamic"/, "segments.0.type", { segments: [{ ...segment, type: "statik" }] }],
  [/is missing/, "segments.0.name", { segments: [{ id: 1, type: "static" }] }],
  [/"read"/, "keys.0.permissions.0", { keys: [{ ...key, permissions: ["reed"] }] }],
  [/is missing/, "targets.0.redList.mail.reason", {
    targets: [{ ...target, redList: { mail: {} } }],
  }],
  [/object/, "targets.0.redList.mail", { targets: [{ ...target, redList: { mail: 1 } }] }],
  [/is missing/, "targets.0.bounce.0.field", {
    targets: [{ ...target, bounce: [{ type: 1, timestamp: 1, reason: 1 }] }],
  }],
  [/"noContent"/, "dialect.bulkDelete", { dialect: { bulkDelete: "lists" } }],
  [/no such property/, "segmnets", { segmnets: [] }],
  [/no such property/, "targets.0.segmnets", { targets: [{ ...target, segmnets: [] }] }],
]

/** The place of an error, as keys with dots between them. */
const placeOf = ({ path }: InvalidSeed): string => path.join(".")

describe("a seed", () => {
  it.effect("that is misspelt is refused where it is", () =>
    Effect.gen(function* () {
      for (const [reason, place, seed] of misspelt) {
        // As a file would have it: the types know better.
        const untyped = Sandbox.layerWith(JSON.parse(JSON.stringify(seed)))
        const error = yield* Effect.flip(Effect.provide(Sandbox, untyped))
        assert.match(error.message, reason)
        assert.strictEqual(placeOf(error), place)
        assert.isUndefined(error.position)
      }
    }))

  it.effect("may name each permission, each kind of segment, and a dialect", () =>
    Effect.gen(function* () {
      const seed: SandboxSeed = {
        keys: [{ ...key, permissions: ["read", "write", "segment", "delete"] }],
        segments: [segment, { id: 2, name: "Actives", type: "dynamic" }],
        dialect: {
          target: "withoutHash",
          createStatus: 201,
          conflictBody: "text",
          bulkDelete: "noContent",
        },
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

  it.effect("that no account could have is refused with an error that says why, and where", () =>
    Effect.gen(function* () {
      for (const [reason, place, seed] of wrong) {
        const error = yield* Effect.flip(Effect.provide(Sandbox, Sandbox.layerWith(seed)))
        assert.strictEqual(error._tag, "InvalidSeed")
        assert.match(error.message, reason)
        assert.strictEqual(placeOf(error), place)
      }
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

describe("a key with spaces inside", () => {
  const sample = { name: "sample", value: "YOUR XKEY", permissions: ["read"] } as const

  it.effect("may be a seed's, as in NP6's own samples", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* call("GET", "/targets", { key: sample })).status, 200)
    }).pipe(Effect.provide(Sandbox.layerWith({ keys: [sample] }))))
})

describe("Sandbox.seed", () => {
  it.effect("is the account as it is now, and starts another in the same state", () =>
    Effect.gen(function* () {
      yield* create("d@e.f")
      yield* call("PUT", "/targets/00000001", { json: { 8101: "mr", 8107: ["books"] } })
      const sandbox = yield* Sandbox
      const [seed, state] = [yield* sandbox.seed, yield* sandbox.state]
      yield* call("DELETE", "/targets/00000001")
      yield* sandbox.load(seed)
      assert.deepStrictEqual(yield* sandbox.state, state)
      assert.deepStrictEqual(yield* sandbox.seed, seed)
      assert.deepStrictEqual(yield* sandbox.requests, [])
      yield* call("DELETE", "/targets/00000001")
      yield* sandbox.reset
      assert.deepStrictEqual(yield* sandbox.state, state)
    }).pipe(Effect.provide(Sandbox.layerWith({
      targets: [{
        id: "00000001",
        creationDate: "2016-04-04T08:55:12Z",
        lastUpdateDate: "2016-04-25T14:27:00Z",
        fields: { 8103: "a@b.c" },
        segments: [12345, 14105],
        bounce: [{ field: 8103, type: 52, timestamp: "1465831160", reason: 1 }],
        redList: { mail: { reason: 4 } },
      }],
    }))))
})

describe("Sandbox.load", () => {
  it.effect("starts again from another seed", () =>
    Effect.gen(function* () {
      yield* create("a@b.c")
      const sandbox = yield* Sandbox
      yield* sandbox.load({ fields: [field], targets: [{ fields: { 1: "x@y.z" } }] })
      assert.deepStrictEqual(
        (yield* sandbox.state).targets.map(({ fields }) => fields),
        [{ 1: "x@y.z" }],
      )
      assert.strictEqual((yield* ask("POST", "/targets", { json: { 8103: "a@b.c" } }))[0], 400)
    }).pipe(Effect.provide(Sandbox.layer)))

  it.effect("leaves the sandbox as it is where the seed is wrong", () =>
    Effect.gen(function* () {
      yield* create("a@b.c")
      const sandbox = yield* Sandbox
      const error = yield* Effect.flip(sandbox.load({ fields: [] }))
      assert.strictEqual(error._tag, "InvalidSeed")
      assert.strictEqual((yield* sandbox.state).targets.length, 1)
      assert.strictEqual((yield* sandbox.requests).length, 1)
    }).pipe(Effect.provide(Sandbox.layer)))
})
