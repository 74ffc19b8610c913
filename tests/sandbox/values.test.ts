import { assert, describe, it } from "@effect/vitest"
import { Sandbox, type SeedField } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { ask, create } from "../harness/sandboxCalls.ts"

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox>) =>
  it.effect(name, () => Effect.provide(effect, Sandbox.layer))

const written = (field: number, value: unknown) =>
  Effect.map(
    ask("PUT", "/targets/000MLGPR", { json: { [field]: value } }),
    ([status, body]) =>
      status === 200
        ? (body as { readonly fields: Record<string, unknown> }).fields[field]
        : status,
  )

/** What may be written to each type of field, with what it reads back as, and what may not. */
const table: ReadonlyArray<{
  readonly type: string
  readonly field: number
  readonly good: ReadonlyArray<readonly [written: unknown, read: unknown]>
  readonly bad: ReadonlyArray<unknown>
  /** What it takes instead, in the words of a 400. */
  readonly expected: string
}> = [
  {
    type: "singleSelectList",
    field: 8101,
    good: [["Mr", "Mr"], ["mrs", "Mrs"], [null, null]],
    bad: ["Dr", "", 0, ["Mr"], true],
    expected: "a label of its value list",
  },
  {
    type: "textField",
    field: 8102,
    good: [["Æ é 💥", "Æ é 💥"], ["", ""], [null, null]],
    bad: [1, {}],
    expected: "a string",
  },
  {
    type: "email",
    field: 8103,
    good: [["a@b.c", "a@b.c"]],
    bad: ["", "a", "a b@c.d", "a@b.c d", 1],
    expected: "an e-mail address",
  },
  {
    type: "phone",
    field: 8104,
    good: [["+33 6", "+33 6"], [null, null]],
    bad: [336],
    expected: "a string",
  },
  {
    type: "date",
    field: 8105,
    good: [
      ["2016-07-30T09:01:00Z", "2016-07-30T09:01:00Z"],
      ["2016-07-30T09:01Z", "2016-07-30T09:01Z"],
      ["2016-07-30T09:01:00", "2016-07-30T09:01:00"],
      ["2016-07-30T09:01:00.123Z", "2016-07-30T09:01:00.123Z"],
      ["2016-07-30T09:01:00+02:00", "2016-07-30T09:01:00+02:00"],
      ["2016-07-30T09:01:00.5-12:30", "2016-07-30T09:01:00.5-12:30"],
      ["2016-02-29", "2016-02-29"],
      ["29/02/2016", "29/02/2016"],
      [null, null],
    ],
    bad: [
      ...["2015-02-29", "31/02/2016", "2016-13-01", "2016-07-30T25:00:00Z", "May", "", 1469869260],
      ...["on 2016-02-29", "2016-02-29 or so", "2016-02-29Z", "on 29/02/2016", "29/02/2016 or so"],
    ],
    expected: "a date, as 2016-07-30T09:01:00Z or 30/07/2016",
  },
  {
    type: "numeric",
    field: 8106,
    good: [[0, 0], [-1.5, -1.5], [null, null]],
    bad: ["1", true, []],
    expected: "a number",
  },
  {
    type: "multipleSelectList",
    field: 8107,
    good: [
      [["books", "Music", "BOOKS"], ["Books", "Music"]],
      [[], null],
      [["Sport"], ["Sport"]],
      [null, null],
    ],
    bad: ["Books", ["Chess"], [1], [["Books"]], {}],
    expected: "an array of labels of its value list",
  },
  {
    type: "textArea",
    field: 8108,
    good: [["one\ntwo", "one\ntwo"], [null, null]],
    bad: [["one"]],
    expected: "a string",
  },
]

describe("values", () => {
  for (const { bad, expected, field, good, type } of table) {
    test(
      `a ${type} takes its own values and refuses others with 400`,
      Effect.gen(function* () {
        yield* create("a@b.c")
        for (const [value, read] of good) {
          assert.deepStrictEqual(yield* written(field, value), read)
        }
        const before = yield* ask("GET", "/targets")
        for (const value of bad) {
          assert.deepStrictEqual(
            yield* ask("PUT", "/targets/000MLGPR", { json: { [field]: value } }),
            [400, `field ${field} takes ${expected}`],
            JSON.stringify(value),
          )
        }
        assert.deepStrictEqual(yield* ask("GET", "/targets"), before)
      }),
    )
  }

  test(
    "don't overflow",
    Effect.gen(function* () {
      yield* create("a@b.c")
      const headers = { "content-type": "application/json" }
      assert.deepStrictEqual(
        yield* ask("PUT", "/targets/000MLGPR", { body: `{"8106":1e400}`, headers }),
        [400, "field 8106 takes a number"],
      )
    }),
  )

  test(
    "that are cleared are not there",
    Effect.gen(function* () {
      yield* create("a@b.c")
      yield* ask("PUT", "/targets/000MLGPR", { json: { 8101: "Mr", 8102: "Doe" } })
      yield* ask("PUT", "/targets/000MLGPR", { json: { 8101: null } })
      const { targets } = yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
      assert.deepStrictEqual(targets[0]?.fields, { 8102: "Doe", 8103: "a@b.c" })
    }),
  )

  test(
    "may be written by the name of the field, but not twice",
    Effect.gen(function* () {
      const json = { Email: "a@b.c", "Last name": "Doe" }
      assert.strictEqual((yield* ask("POST", "/targets", { json }))[0], 200)
      const { targets } = yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
      assert.deepStrictEqual(targets[0]?.fields, { 8103: "a@b.c", 8102: "Doe" })
      const twice = { 8103: "d@e.f", Email: "d@e.f" }
      assert.deepStrictEqual(
        yield* ask("POST", "/targets", { json: twice }),
        [400, "field 8103 is given twice"],
      )
    }),
  )

  it.effect("give the hash that NP6's documentation shows", () =>
    Effect.gen(function* () {
      const [, body] = yield* ask("POST", "/targets", { json: { 1: "foobar" } })
      assert.deepInclude(body as object, { hash: "3858f62230ac3c915f300c664312c63f" })
    }).pipe(Effect.provide(Sandbox.layerWith({
      fields: [{ id: 1, name: "Code", type: "textField", isUnicity: true }],
    }))))

  const constraints = [
    { operator: 0, good: [1, 3, 9], bad: [], words: "" },
    { operator: 1, good: [4], bad: [3, 2], words: "more than" },
    { operator: 2, good: [2], bad: [3, 4], words: "less than" },
    { operator: 3, good: [3, 4], bad: [2], words: "at least" },
    { operator: 4, good: [2, 3], bad: [4], words: "at most" },
    { operator: 5, good: [3], bad: [2, 4], words: "exactly" },
  ] as const
  for (const { bad, good, operator, words } of constraints) {
    it.effect(`are held to the field's constraint with operator ${operator}`, () =>
      Effect.gen(function* () {
        const write = (field: number, value: unknown) =>
          ask("PUT", "/targets/000MLGPR", { json: { [field]: value } })
        yield* ask("POST", "/targets", { json: { 1: "a" } })
        for (
          const [field, unit, bound, valueOf] of [
            [2, "", "3", (measure: number) => measure],
            [3, " characters", "3", (measure: number) => "x".repeat(measure)],
            [4, "", "2016-07-03", (measure: number) => `2016-07-0${measure}`],
            [5, " characters", "3", (measure: number) => "1".repeat(measure)],
          ] as const
        ) {
          for (const measure of good) {
            assert.strictEqual((yield* write(field, valueOf(measure)))[0], 200)
          }
          for (const measure of bad) {
            assert.deepStrictEqual(
              yield* write(field, valueOf(measure)),
              [400, `field ${field} takes ${words} ${bound}${unit}`],
            )
          }
        }
      }).pipe(Effect.provide(Sandbox.layerWith({
        fields: [
          { id: 1, name: "Code", type: "textField", isUnicity: true },
          { id: 2, name: "Orders", type: "numeric", constraint: { operator, value: "3" } },
          { id: 3, name: "City", type: "textField", constraint: { operator, value: "3" } },
          { id: 4, name: "Since", type: "date", constraint: { operator, value: "2016-07-03" } },
          { id: 5, name: "Phone", type: "phone", constraint: { operator, value: "3" } },
        ],
      }))))
  }

  it.effect("of a list whose value list isn't known are any labels", () =>
    Effect.gen(function* () {
      const [status, body] = yield* ask("POST", "/targets", {
        json: { 1: "a", 2: "Mr", 3: ["one", "two"] },
      })
      assert.strictEqual(status, 200)
      assert.deepInclude(body as object, { fields: { 1: "a", 2: "Mr", 3: ["one", "two"] } })
      assert.strictEqual((yield* ask("POST", "/targets", { json: { 1: "b", 2: 7 } }))[0], 400)
    }).pipe(Effect.provide(Sandbox.layerWith({
      fields: [
        { id: 1, name: "Code", type: "textField", isUnicity: true },
        { id: 2, name: "Civility", type: "singleSelectList", valueListId: 1227 },
        { id: 3, name: "Interests", type: "multipleSelectList", valueListId: 1228 },
      ],
    }))))
})

describe("a unicity of several fields", () => {
  const fields: ReadonlyArray<SeedField> = [
    { id: 1, name: "Email", type: "email", isUnicity: true },
    { id: 2, name: "City", type: "textField", isMandatory: true },
    { id: 3, name: "Number", type: "numeric", isUnicity: true },
  ]
  const layer = Sandbox.layerWith({ fields })

  it.effect("tells targets apart by all of them", () =>
    Effect.gen(function* () {
      const one = { 1: "a@b.c", 2: "Lyon", 3: 1 }
      assert.strictEqual((yield* ask("POST", "/targets", { json: one }))[0], 200)
      assert.strictEqual((yield* ask("POST", "/targets", { json: { ...one, 3: 2 } }))[0], 200)
      assert.strictEqual((yield* ask("POST", "/targets", { json: one }))[0], 409)
      assert.strictEqual((yield* ask("PUT", "/targets/000MLGPR", { json: { 3: 2 } }))[0], 409)
      assert.deepStrictEqual(
        yield* ask("PUT", "/targets/000MLGPR", { json: { 3: null } }),
        [400, "target cannot be identified - unicity is null"],
      )
      const [, list] = yield* ask("GET", "/targets")
      assert.deepStrictEqual(
        (list as ReadonlyArray<{ readonly fields: unknown }>).map((target) => target.fields),
        [{ 1: "a@b.c", 3: 1 }, { 1: "a@b.c", 3: 2 }],
      )
    }).pipe(Effect.provide(layer)))

  it.effect("is a repeated parameter of the query, in the order of the account", () =>
    Effect.gen(function* () {
      const path = "/targets?unicity=a@b.c&unicity=7"
      const json = { 1: "a@b.c", 3: 7 }
      assert.strictEqual((yield* ask("PUT", path, { json: { ...json, 2: "Lyon" } }))[0], 200)
      assert.strictEqual((yield* ask("PUT", path, { json }))[0], 200)
      assert.strictEqual((yield* ask("PUT", path, { json: { ...json, 3: 8 } }))[0], 400)
      assert.strictEqual((yield* ask("PUT", `${path}&unicity=x`, { json }))[0], 400)
      assert.strictEqual((yield* ask("GET", path))[0], 200)
      // The MD5 of `a@b.c7`.
      const hash = "37b07218e2740df8a7a8c67e797b8819"
      assert.strictEqual((yield* ask("GET", `/targets?hash=${hash}`))[0], 200)
      assert.strictEqual((yield* ask("GET", "/targets?unicity=7&unicity=a@b.c"))[0], 404)
      assert.strictEqual((yield* ask("GET", "/targets?unicity=a@b.c"))[0], 404)
      const { targets } = yield* Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
      assert.deepStrictEqual(
        targets.map((target) => target.fields),
        [{ 1: "a@b.c", 2: "Lyon", 3: 7 }],
      )
    }).pipe(Effect.provide(layer)))

  it.effect("and every mandatory field must be there for a target to be created", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* ask("POST", "/targets", { json: { 1: "a@b.c", 2: "Lyon" } }),
        [400, "target cannot be identified - unicity is null"],
      )
      assert.deepStrictEqual(
        yield* ask("POST", "/targets", { json: { 1: "a@b.c", 99: "Lyon" } }),
        [400, "target cannot be identified - unicity is null"],
      )
      assert.deepStrictEqual(
        yield* ask("POST", "/targets", { json: { 1: "a@b.c", 3: 1 } }),
        [400, "field 2 is mandatory"],
      )
    }).pipe(Effect.provide(layer)))

  it.effect("is one inner array of a bulk delete", () =>
    Effect.gen(function* () {
      yield* ask("POST", "/targets", { json: { 1: "a@b.c", 2: "Lyon", 3: 1 } })
      const headers = { accept: "application/vnd.np6.cm.v1" }
      const json = { type: "unicity", value: [["a@b.c", "1"]] }
      assert.deepStrictEqual(
        yield* ask("DELETE", "/targets", { json, headers }),
        [200, [{ id: "000MLGPR", unicity: ["a@b.c", "1"] }]],
      )
      for (const value of [[["a@b.c"]], [["a@b.c", "1"], ["a@b.c"]]]) {
        assert.deepStrictEqual(
          yield* ask("DELETE", "/targets", { json: { type: "unicity", value }, headers }),
          [400, "a unicity has 2 value(s) here"],
        )
      }
    }).pipe(Effect.provide(layer)))
})
