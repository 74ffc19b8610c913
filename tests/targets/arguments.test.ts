import { assert, describe, it } from "@effect/vitest"
import { type FieldValues, type Selection, TargetModel, Targets } from "@effect-np6/targets"
import { Effect } from "effect"
import { inspect } from "node:util"
import { json, recording, sampleTarget, status } from "../harness/recording.ts"
import { hostile } from "../harness/hostile.ts"
import { inTime } from "../harness/time.ts"

// What callers without types can pass: the signatures don't allow it, the checks must.

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
  "a\u200b@b.c",
  "a@b.c\u2060",
  "\ufeffa@b.c",
  "a\u00ad@b.c",
  ["a@b.c", "Doe\u202e"],
  "Ren\ufffd@b.c",
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
  [{ "1e3": "x" }, "values"],
  [{ "8103 ": "x" }, "values"],
  [{ "1.5": "x" }, "values"],
  [JSON.parse('{"__proto__":"x"}'), "values"],
  [{ constructor: "x" }, "values"],
  [{ 8103: "a@b.c", Email: null }, "values"],
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
const badSelections: ReadonlyArray<readonly [selection: unknown, input: string]> = [
  [undefined, "selection"],
  [null, "selection"],
  [{}, "selection"],
  [[], "selection"],
  ["all", "selection"],
  [{ type: "all" }, "selection"],
  [{ type: "unicity" }, "selection.value"],
  [{ type: "unicity", value: [] }, "selection.value"],
  [{ type: "unicity", value: [""] }, "selection.value[0]"],
  [{ type: "unicity", value: [[]] }, "selection.value[0]"],
  [{ type: "unicity", value: "a@b.c" }, "selection.value"],
  [{ type: "unicity", value: new Array(2) }, "selection.value[0]"],
  [{ type: "unicity", value: ["a@b.c", null] }, "selection.value[1]"],
  [{ type: "id", value: [] }, "selection.value"],
  [{ type: "id", value: [""] }, "selection.value[0]"],
  [{ type: "id", value: [".."] }, "selection.value[0]"],
  [{ type: "id" }, "selection.value"],
  [{ type: "id", value: ["000MLGPR", ""] }, "selection.value[1]"],
  [{ type: "segment" }, "selection.value"],
  [{ type: "segment", value: 0 }, "selection.value"],
  [{ type: "segment", value: [] }, "selection.value"],
  [{ type: "segment", value: "12345" }, "selection.value"],
  [{ type: "segment", value: null }, "selection.value"],
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

describe("targets.*: InvalidInput, and nothing is sent, for", () => {
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
        refused((targets) => targets.ensureInSegment("a@b.c", {}, hostile(segment)), "segment"),
      ]))
  }
  for (const unicity of badUnicities) {
    it.effect(`the unicity ${show(unicity)}`, () =>
      Effect.all([
        refused((targets) => targets.getByUnicity(hostile(unicity)), "unicity"),
        refused((targets) => targets.upsert(hostile(unicity), {}), "unicity"),
        refused((targets) => targets.find(hostile(unicity)), "unicity"),
        refused((targets) => targets.ensureInSegment(hostile(unicity), {}, 12345), "unicity"),
      ]))
  }
  for (const [values, input] of badValues) {
    it.effect(`the values ${show(values)}`, () =>
      Effect.all([
        refused((targets) => targets.upsert("a@b.c", hostile<FieldValues>(values)), input),
        refused((targets) => targets.create(hostile<FieldValues>(values)), input),
        refused((targets) => targets.ensureInSegment("a@b.c", hostile(values), 12345), input),
        refused((targets) => targets.update("000MLGPR", hostile<FieldValues>(values)), input),
      ]))
  }
  for (const [selection, input] of badSelections) {
    it.effect(`the selection ${show(selection)}`, () =>
      refused((targets) => targets.deleteMany(hostile<Selection>(selection)), input))
  }
  it.effect("a create without any value", () =>
    Effect.all([
      refused((targets) => targets.create({}), "values"),
      refused((targets) => targets.create({ 8103: undefined }), "values"),
    ]))
})

describe("InvalidInput", () => {
  const update = (values: unknown) => (targets: Targets["Service"]) =>
    targets.update("000MLGPR", hostile<FieldValues>(values))
  const deleteMany = (selection: unknown) => (targets: Targets["Service"]) =>
    targets.deleteMany(hostile<Selection>(selection))
  const problems: ReadonlyArray<
    readonly [
      problem: string,
      run: (targets: Targets["Service"]) => Effect.Effect<unknown, { readonly _tag: string }>,
    ]
  > = [
    ["a target id is 1 to 64 letters, digits, _ or -", (it) => it.get("..")],
    ["no criterion is given", (it) => it.getByUnicity([])],
    ["a criterion is empty", (it) => it.getByUnicity(["a@b.c", " "])],
    [
      "a criterion is longer than 1024 characters",
      (it) => it.getByUnicity("x".repeat(1025)),
    ],
    ["a criterion holds a control character", (it) => it.getByUnicity("a\nb")],
    [
      "a criterion holds an invisible character (such as a zero-width space): it would make a second contact that looks the same",
      (it) => it.getByUnicity("a\u200b@b.c"),
    ],
    [
      "a criterion holds U+FFFD, which stands for a character that was read in the wrong encoding",
      (it) => it.getByUnicity("Ren\ufffd@b.c"),
    ],
    [
      "a criterion holds half a character (a lone surrogate)",
      (it) => it.getByUnicity("\ud83d"),
    ],
    ["it is empty: a new target needs at least its unicity field", (it) => it.create({})],
    ["it is not a plain object of field id to value", update([])],
    [
      "NP6 refuses values wrapped in `fields`: write them as a flat map of field id to value",
      update({ fields: {} }),
    ],
    ["a key is not a field id (a positive 32-bit integer)", update({ Email: "x" })],
    ...[NaN, Infinity].map((value) =>
      [
        "it is not a finite number, and JSON would turn it into null, which clears the field",
        update({ 8106: value }),
      ] as const
    ),
    ...[2 ** 53, new Date(0), ["a", new Date(0)]].map((value) =>
      [
        "it is not text, a number within ±2^53, a flag, null, or an array of these; write a date as ISO 8601 text",
        update({ 8106: value }),
      ] as const
    ),
    ["it holds half a character (a lone surrogate)", update({ 8103: "\ud83d" })],
    ["it has no type of unicity, id or segment", deleteMany(undefined)],
    [
      "they can't be read",
      update({
        get 8103() {
          throw new Error("canary")
        },
      }),
    ],
    ["it is not an array", deleteMany({ type: "id", value: "000MLGPR" })],
    ["it is empty: a bulk delete must name what it deletes", deleteMany({ type: "id", value: [] })],
  ]
  for (const [problem, run] of problems) {
    it.effect(`says that ${problem}`, () => {
      const { layer } = recording([json(sampleTarget)])
      return Effect.gen(function* () {
        assert.propertyVal(yield* Effect.flip(run(yield* Targets)), "problem", problem)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("names the place, and never the value", () => {
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

describe("detail: what was sent of a person", () => {
  const words = "jane@example.com Smith 41973 Paris 1234 true null 98765"
  const echo = status(400, words)
  const values = { 8101: "Smith", 8106: 41973, 8107: ["Paris", 1234], 8108: true, 8109: null }
  const echoes: ReadonlyArray<
    readonly [
      operation: string,
      run: (targets: Targets["Service"]) => Effect.Effect<unknown, { readonly _tag: string }>,
      detail: string,
    ]
  > = [
    ["upsert", (it) => it.upsert("jane@example.com", values), "… true null 98765"],
    ["update", (it) => it.update("000MLGPR", values), "… true null 98765"],
    ["create", (it) => it.create(values), "… true null 98765"],
    [
      "getByUnicity",
      (it) => it.getByUnicity(["Smith", "Paris"]),
      "… 41973 … 1234 true null 98765",
    ],
    [
      "deleteMany",
      (it) => it.deleteMany({ type: "unicity", value: [["Smith", "Paris"], "1234"] }),
      "… 41973 … true null 98765",
    ],
    [
      "deleteMany by id",
      (it) => it.deleteMany({ type: "id", value: ["Smith"] }),
      "… Smith 41973 Paris 1234 true null 98765",
    ],
  ]
  for (const [operation, run, detail] of echoes) {
    it.effect(`by ${operation} is blanked where NP6 repeats it, and its other words stay`, () => {
      const { layer } = recording([echo])
      return Effect.gen(function* () {
        assert.propertyVal(yield* Effect.flip(run(yield* Targets)), "detail", detail)
      }).pipe(Effect.provide(layer))
    })
  }
})

/** Values whose fields count how often they are read. */
const counting = <A extends object>(
  values: A,
): { readonly values: A; readonly reads: () => unknown } => {
  const reads: Record<string, number> = {}
  const counted = { ...values }
  for (const [key, value] of Object.entries(values)) {
    Object.defineProperty(counted, key, {
      enumerable: true,
      get: () => {
        reads[key] = (reads[key] ?? 0) + 1
        return value
      },
    })
  }
  return { values: counted, reads: () => reads }
}

const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  interests: TargetModel.choices(8107, ["a", "b"]),
}, { unicity: "email" })

describe("targets.*: arguments", () => {
  it.effect("are read when the effect runs, each time that it runs", () => {
    const { requests, layer } = recording([json([])])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const value = ["KEEPTHIS"]
      const values = { 8103: "other@b.c", 8107: ["a"] }
      const deletion = targets.deleteMany({ type: "id", value })
      const update = Effect.exit(targets.update("000MLGPR", values))
      assert.lengthOf(requests, 0)
      value[0] = "000MLGPR"
      yield* deletion
      value[0] = "000MLGPS"
      yield* deletion
      values[8103] = "a@b.c"
      values[8107].push("b")
      yield* update
      assert.deepStrictEqual(requests.map(({ body }) => JSON.parse(body)), [
        { type: "id", value: ["000MLGPR"] },
        { type: "id", value: ["000MLGPS"] },
        { 8103: "a@b.c", 8107: ["a", "b"] },
      ])
    }).pipe(Effect.provide(layer))
  })

  interface Values {
    email: string
    readonly interests: Array<"a" | "b">
  }
  const calls: {
    readonly [name: string]: (values: Values) => Effect.Effect<unknown, unknown, Targets>
  } = {
    "targets.update": (values) =>
      Targets.use((targets) =>
        targets.update(
          "000MLGPR",
          Object.defineProperties({}, {
            8103: { enumerable: true, get: () => values.email },
            8107: { enumerable: true, get: () => values.interests },
          }),
        )
      ),
    "a model's upsert": (values) =>
      Effect.flatMap(Contact.operations, (contacts) => contacts.upsert(values)),
  }
  for (const [name, call] of Object.entries(calls)) {
    it.effect(`${name}: are copied, so that a retry sends what the first attempt sent`, () => {
      const values: Values = { email: "a@b.c", interests: ["a"] }
      const { requests, layer } = recording([
        () => {
          values.email = "other@b.c"
          values.interests.push("b")
          return status(503)()
        },
        json(sampleTarget),
      ])
      return Effect.gen(function* () {
        yield* inTime(call(values))
        const sent = { 8103: "a@b.c", 8107: ["a"] }
        assert.deepStrictEqual(requests.map(({ body }) => JSON.parse(body)), [sent, sent])
        assert.strictEqual(requests[0]?.url.href, requests[1]?.url.href)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("are read once a run", () => {
    const { layer } = recording([json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const contacts = yield* Contact.operations
      const plain = counting({ 8101: "Mr", 8103: "a@b.c" })
      const typed = counting({ email: "a@b.c", interests: ["a"] as const })
      const byIds = counting({ type: "id" as const, value: ["000MLGPR"] })
      const byUnicity = counting({ type: "unicity" as const, value: [{ email: "a@b.c" }] })
      yield* targets.update("000MLGPR", plain.values)
      yield* contacts.upsert(typed.values)
      yield* Effect.exit(contacts.deleteMany(byIds.values))
      yield* Effect.exit(contacts.deleteMany(byUnicity.values))
      assert.deepStrictEqual(plain.reads(), { 8101: 1, 8103: 1 })
      assert.deepStrictEqual(typed.reads(), { email: 1, interests: 1 })
      assert.deepStrictEqual(byIds.reads(), { type: 1, value: 1 })
      assert.deepStrictEqual(byUnicity.reads(), { type: 1, value: 1 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("leave out what is undefined", () => {
    const { requests, layer } = recording([json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const given = { 8101: undefined, 8103: "a@b.c", Email: undefined, fields: undefined }
      yield* targets.upsert("a@b.c", hostile<FieldValues>(given))
      yield* targets.update("000MLGPR", { 8101: undefined })
      assert.deepStrictEqual(requests.map(({ body }) => body), [`{"8103":"a@b.c"}`, "{}"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("a criterion may have 1,024 characters", () => {
    const { requests, layer } = recording([json(sampleTarget)])
    return Effect.gen(function* () {
      yield* (yield* Targets).getByUnicity("x".repeat(1024))
      assert.strictEqual(requests[0]?.url.searchParams.get("unicity")?.length, 1024)
    }).pipe(Effect.provide(layer))
  })

  it.effect("values may be an object without a prototype", () => {
    const { requests, layer } = recording([json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* targets.update("000MLGPR", Object.assign(Object.create(null), { 8101: "Mr" }))
      assert.strictEqual(requests[0]?.body, `{"8101":"Mr"}`)
    }).pipe(Effect.provide(layer))
  })

  it.effect("an array is sent as it is, not as its toJSON says", () => {
    const { requests, layer } = recording([json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const labels = Object.assign(["a"], { toJSON: () => ({ fields: { evil: 1 } }) })
      yield* targets.update("000MLGPR", { 8107: labels })
      assert.strictEqual(requests[0]?.body, `{"8107":["a"]}`)
    }).pipe(Effect.provide(layer))
  })

  it.effect("whose getter or proxy throws are refused", () => {
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
