import { assert, describe, it } from "@effect/vitest"
import { type FieldValues, type Selection, Targets } from "@effect-np6/targets"
import { Effect } from "effect"
import { inspect } from "node:util"
import { json, recording, sampleTarget } from "./support/recording.ts"

// What callers without types can pass: the signatures don't allow it, the checks must.
const hostile = <A>(value: unknown): A => value as A

const longText = "x".repeat(1_000_000)
const badIds: ReadonlyArray<unknown> = [
  "",
  " ",
  ".",
  "..",
  "../x",
  "a/b",
  "%2e%2e",
  "%2F",
  "a?b",
  "a#b",
  "a\u0000b",
  "a\r\nb",
  "a b",
  "\ud800",
  "é",
  "😀",
  longText,
  "000MLGPR/segments/1",
  undefined,
  null,
  12345,
  {},
  [],
  ["000MLGPR"],
  "__proto__\n",
  { toString: () => "000MLGPR" },
]
const badSegments: ReadonlyArray<unknown> = [
  0,
  -1,
  1.5,
  NaN,
  Infinity,
  2 ** 31,
  2 ** 53,
  "12345",
  "",
  null,
  undefined,
  {},
  [12345],
]
const badUnicities: ReadonlyArray<unknown> = [
  "",
  " ",
  "\t",
  "a\u0000b",
  "a\r\nx-key: b",
  "\ud800",
  "\udc00a",
  "x".repeat(1025),
  longText,
  [],
  [""],
  ["a@b.c", ""],
  [["a@b.c"]],
  null,
  undefined,
  12,
  {},
  [null],
  { 0: "a@b.c" },
]
const badValues: ReadonlyArray<readonly [values: unknown, input: string]> = [
  [null, "values"],
  [undefined, "values"],
  ["8103", "values"],
  [[], "values"],
  [{ fields: { 8103: "a@b.c" } }, "values"],
  [{ Email: "a@b.c" }, "values"],
  [{ "a@b.c": "x" }, "values"],
  [{ 0: "x" }, "values"],
  [{ "0612345678": "x" }, "values"],
  [{ 2147483648: "x" }, "values"],
  [{ "-1": "x" }, "values"],
  [{ "1.5": "x" }, "values"],
  [JSON.parse('{"__proto__":"x"}'), "values"],
  [{ constructor: "x" }, "values"],
  [{ 8103: undefined }, "values.8103"],
  [{ 8106: NaN }, "values.8106"],
  [{ 8106: Infinity }, "values.8106"],
  [{ 8106: 2 ** 53 }, "values.8106"],
  [{ 8106: 12345678901234567890n }, "values.8106"],
  [{ 8105: new Date(0) }, "values.8105"],
  [{ 8103: { value: "a@b.c" } }, "values.8103"],
  [{ 8107: [["a"]] }, "values.8107"],
  [{ 8107: [undefined] }, "values.8107"],
  [{ 8107: new Array(3) }, "values.8107"],
  [{ 8103: () => "a@b.c" }, "values.8103"],
  [{ 8103: Symbol("a") }, "values.8103"],
  [new Map([[8103, "a@b.c"]]), "values"],
  [new Date(0), "values"],
  [
    new (class {
      get 8103() {
        return "a@b.c"
      }
    })(),
    "values",
  ],
  [{ 8103: "half \ud83d" }, "values.8103"],
  [{ 8107: ["half \ud83d"] }, "values.8107"],
]
const badSelections: ReadonlyArray<unknown> = [
  undefined,
  null,
  {},
  [],
  "all",
  { type: "all" },
  { type: "unicity" },
  { type: "unicity", value: [] },
  { type: "unicity", value: [""] },
  { type: "unicity", value: [[]] },
  { type: "unicity", value: "a@b.c" },
  { type: "unicity", value: new Array(2) },
  { type: "unicity", value: ["a@b.c", null] },
  { type: "id", value: [] },
  { type: "id", value: [""] },
  { type: "id", value: [".."] },
  { type: "id" },
  { type: "id", value: ["000MLGPR", ""] },
  { type: "segment" },
  { type: "segment", value: 0 },
  { type: "segment", value: [] },
  { type: "segment", value: "12345" },
  { type: "segment", value: null },
]

const refused = (
  run: (targets: Targets["Service"]) => Effect.Effect<unknown, { readonly _tag: string }>,
  input: string,
) => {
  const { requests, layer } = recording([json(sampleTarget)])
  return Effect.gen(function* () {
    const error = yield* Effect.flip(run(yield* Targets))
    assert.strictEqual(error._tag, "InvalidInput")
    assert.propertyVal(error, "applied", "no")
    assert.propertyVal(error, "attempts", 0)
    assert.propertyVal(error, "input", input)
    assert.strictEqual(requests.length, 0)
    assert.isBelow(inspect(error, { depth: 20 }).length, 2000)
  }).pipe(Effect.provide(layer))
}

const show = (value: unknown): string => inspect(value, { breakLength: Infinity }).slice(0, 60)

describe("nothing is sent for", () => {
  for (const id of badIds) {
    it.effect(`the id ${show(id)}`, () =>
      Effect.all([
        refused((targets) => targets.get(hostile(id)), "id"),
        refused((targets) => targets.update(hostile(id), { 8101: "Mr" }), "id"),
        refused((targets) => targets.delete(hostile(id)), "id"),
        refused((targets) => targets.addToSegment(hostile(id), 12345), "id"),
        refused((targets) => targets.removeFromSegment(hostile(id), 12345), "id"),
      ]))
  }
  for (const segment of badSegments) {
    it.effect(`the segment ${show(segment)}`, () =>
      Effect.all([
        refused((targets) => targets.addToSegment("000MLGPR", hostile(segment)), "segment"),
        refused((targets) => targets.removeFromSegment("000MLGPR", hostile(segment)), "segment"),
      ]))
  }
  for (const unicity of badUnicities) {
    it.effect(`the unicity ${show(unicity)}`, () =>
      Effect.all([
        refused((targets) => targets.getByUnicity(hostile(unicity)), "unicity"),
        refused((targets) => targets.upsert(hostile(unicity), {}), "unicity"),
      ]))
  }
  for (const [values, input] of badValues) {
    it.effect(`the values ${show(values)}`, () =>
      Effect.all([
        refused((targets) => targets.upsert("a@b.c", hostile<FieldValues>(values)), input),
        refused((targets) => targets.create(hostile<FieldValues>(values)), input),
        refused((targets) => targets.update("000MLGPR", hostile<FieldValues>(values)), input),
      ]))
  }
  for (const selection of badSelections) {
    it.effect(`the selection ${show(selection)}`, () => {
      const { requests, layer } = recording([json([])])
      return Effect.gen(function* () {
        const targets = yield* Targets
        const error = yield* Effect.flip(targets.deleteMany(hostile<Selection>(selection)))
        assert.strictEqual(error._tag, "InvalidInput")
        assert.strictEqual(requests.length, 0)
      }).pipe(Effect.provide(layer))
    })
  }
  it.effect("a create without any value", () => refused((targets) => targets.create({}), "values"))
})

describe("a refusal", () => {
  it.effect("names what is wrong, and not with what", () => {
    const { layer } = recording([json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const messages = yield* Effect.forEach(
        [
          targets.delete("canary/../x"),
          targets.getByUnicity("canary\n@example.com"),
          targets.upsert("a@b.c", hostile({ 8103: { canary: "canary" } })),
          targets.create(hostile({ "canary@example.com": "canary" })),
          targets.deleteMany(hostile({ type: "id", value: ["000MLGPR", "canary/"] })),
        ],
        (call) =>
          Effect.map(Effect.flip<unknown, { readonly message: string }, never>(call), String),
      )
      assert.notInclude(messages.join("\n"), "canary")
      assert.include(messages[4], "selection.value[1]")
    }).pipe(Effect.provide(layer))
  })
})

describe("what was checked", () => {
  it.effect("is what is sent, though the caller changes it before the effect runs", () => {
    const { requests, layer } = recording([json([])])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const value = ["000MLGPR"]
      const values = { 8103: "a@b.c", 8107: ["a"] }
      const deletion = targets.deleteMany({ type: "id", value })
      const update = targets.update("000MLGPR", values)
      value[0] = "KEEPTHIS"
      values[8103] = "other@b.c"
      values[8107].push("b")
      yield* deletion
      yield* Effect.exit(update)
      assert.deepStrictEqual(requests.map(({ body }) => JSON.parse(body)), [
        { type: "id", value: ["000MLGPR"] },
        { 8103: "a@b.c", 8107: ["a"] },
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is what is sent, whatever an array says it is in JSON", () => {
    const { requests, layer } = recording([json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const labels = Object.assign(["a"], { toJSON: () => ({ fields: { evil: 1 } }) })
      yield* targets.update("000MLGPR", { 8107: labels })
      assert.strictEqual(requests[0]?.body, `{"8107":["a"]}`)
    }).pipe(Effect.provide(layer))
  })

  it.effect("can't be read at all: that is refused too", () => {
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const throwing = {
      get 8103(): string {
        throw new Error("canary")
      },
    }
    return Effect.all([
      refused((targets) => targets.create(hostile(revoked.proxy)), "arguments"),
      refused((targets) => targets.create(throwing), "arguments"),
      refused((targets) => targets.getByUnicity(hostile(revoked.proxy)), "arguments"),
      refused((targets) => targets.deleteMany(hostile(revoked.proxy)), "arguments"),
    ])
  })
})
