import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { ask, call } from "../harness/sandboxCalls.ts"

const errorOf = (json: string) => Effect.flip(Effect.provide(Sandbox, Sandbox.layerJson(json)))

describe("Sandbox.layerJson: where a text is wrong", () => {
  const texts: ReadonlyArray<readonly [json: string, line: number, column: number, RegExp]> = [
    ["", 1, 1, /expected a value, and found the end/],
    ['{\n  "fields": [\n    {"id": 1,}\n  ]\n}', 3, 14, /expected a key in double quotes/],
    ["{\r\n  segments: []\r\n}", 2, 3, /expected a key in double quotes, and found "s"/],
    ['{"segments": [] "fields": []}', 1, 17, /expected "," or "}", and found "\\""/],
    ['{"segments": [1 2]}', 1, 17, /expected "," or "\]"/],
    ['{"segments" []}', 1, 13, /expected ":"/],
    ['{"segments": []}}', 1, 17, /expected nothing after the value/],
    ['{"segments": nil}', 1, 14, /expected a value/],
    ['{"segments": ["a]}', 1, 15, /a text that does not end/],
    ['{"a": "x\ny"}', 1, 9, /a line break or control character in a text/],
    ['{"a": "\\x"}', 1, 8, /a backslash that escapes nothing/],
    ['{\n"segments": [],\n"segments": []}', 3, 1, /the key "segments" is given twice/],
    // Good JSON, and no seed.
    ["[]", 1, 1, /object/],
    [
      '{\n  "segments": [\n    { "id": 1, "name": "N", "type": "statik" }\n  ]\n}',
      3,
      37,
      /"static"/,
    ],
    ['{\n  "segmnets": []\n}', 2, 15, /segmnets: there is no such property/],
    ['{"segments": [{"id": 1, "type": "static"}]}', 1, 15, /segments\[0\]\.name: it is missing/],
    [
      '{"targets": [\n{"fields": {"8103": "a@b.c"}},\n{"fields": {"8103": "a@b.c"}}]}',
      3,
      1,
      /targets\[1\]: its unicity is taken/,
    ],
    ['{"targets": [{"fields": {"Email": "a@b.c", "Orders": "x"}}]}', 1, 54, /takes a number/],
    ['{"targets": [\n {"fields": {"8103": "a@b.c"}, "segments": [12345, 7]}]}', 2, 52, /segment 7/],
  ]
  for (const [json, line, column, problem] of texts) {
    it.effect(`${JSON.stringify(json)}: line ${line}, column ${column}`, () =>
      Effect.gen(function* () {
        const error = yield* errorOf(json)
        assert.strictEqual(error._tag, "InvalidSeed")
        assert.match(error.message, problem)
        assert.deepStrictEqual(error.position, { line, column })
        assert.match(error.message, new RegExp(` \\(line ${line}, column ${column}\\)$`))
      }))
  }

  it.effect("counts from behind a byte order mark", () =>
    Effect.gen(function* () {
      const error = yield* errorOf('\uFEFF{"x": 1}')
      assert.deepStrictEqual(error.position, { line: 1, column: 7 })
    }))
})

/** As NP6's drivers have it for their own tests: what `GET` of each path returned in 2016. */
const vendor = {
  fields: [
    { type: "email", id: 8628, name: "email", isUnicity: true, isMandatory: true },
    {
      type: "textField",
      id: 8630,
      name: "prénom",
      isUnicity: false,
      isMandatory: false,
      constraint: { operator: 4, value: "150" },
    },
    {
      type: "singleSelectList",
      id: 8631,
      name: "civilité",
      isUnicity: false,
      isMandatory: false,
      valueListId: 1227,
    },
    { type: "phone", id: 8646, name: "Téléphone", isUnicity: false, isMandatory: true },
  ],
  segments: [
    {
      type: "static",
      id: 14098,
      name: "Abonnés",
      creation: "2016-04-04T08:55:00Z",
      expiration: "2016-10-01T10:55:00Z",
      isTest: false,
      targetsCount: 7,
    },
    {
      type: "dynamic",
      id: 14105,
      name: "Dynamo",
      creation: "2016-04-04T08:55:00Z",
      expiration: null,
      isTest: true,
      targetsCount: 288,
      parentId: 12346,
    },
  ],
  keys: [{ name: "sample", value: "YOUR XKEY", permissions: ["read", "write"] }],
}
const listed = {
  id: "000GMLHD",
  creationDate: "2016-04-04T08:55:00Z",
  lastUpdateDate: "2016-04-25T14:27:00Z",
  fields: { 8628: "first@test.com" },
}
const whole = {
  id: "000GMLHE",
  hash: "0441619a",
  creationDate: "2016-04-04T08:55:00Z",
  lastUpdateDate: "2016-04-25T14:27:00Z",
  fields: { 8628: "second@test.com", 8630: "Zoé", 8631: "Mr", 8646: null },
  bounce: [{ field: 8628, type: 1, timestamp: "1465831160", reason: 1 }],
  redList: { mail: { timestamp: "1465831160", reason: 1 }, sms: { reason: 1 } },
}
const json = JSON.stringify({ ...vendor, targets: [listed, whole] })
const key = { value: "YOUR XKEY" }

describe("Sandbox.layerJson: NP6's own JSON", () => {
  const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox>) =>
    it.effect(name, () => Effect.provide(effect, Sandbox.layerJson(json)))

  test(
    "comes back as it was: fields, segments, and targets with their dates and nulls",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask("GET", "/fields", { key }), [200, vendor.fields])
      assert.deepStrictEqual(
        yield* ask("GET", "/segments", { key }),
        [200, vendor.segments.map((segment) => ({ ...segment, targetsCount: 0 }))],
      )
      assert.deepStrictEqual(yield* ask("GET", "/targets", { key }), [200, [
        listed,
        {
          id: whole.id,
          creationDate: whole.creationDate,
          lastUpdateDate: whole.lastUpdateDate,
          fields: { 8628: "second@test.com" },
        },
      ]])
      assert.deepStrictEqual(yield* ask("GET", `/targets/${whole.id}`, { key }), [200, {
        ...whole,
        hash: "e09a28a9c14ecf640f9943d4fefdf848",
      }])
    }),
  )

  test(
    "may lack a mandatory field, which an update may leave missing and a creation may not",
    Effect.gen(function* () {
      const update = { key, json: { 8630: "Ada" } }
      assert.strictEqual((yield* call("PUT", "/targets/000GMLHD", update)).status, 200)
      const given = { key, json: { 8646: "+33 6" } }
      assert.strictEqual((yield* call("PUT", "/targets/000GMLHD", given)).status, 200)
      const cleared = { key, json: { 8646: null } }
      assert.deepStrictEqual(
        yield* ask("PUT", "/targets/000GMLHD", cleared),
        [400, "field 8646 is mandatory"],
      )
      const created = { key, json: { 8628: "third@test.com" } }
      assert.deepStrictEqual(
        yield* ask("POST", "/targets", created),
        [400, "field 8646 is mandatory"],
      )
    }),
  )
})
