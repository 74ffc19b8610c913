import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fuzz } from "./fuzz.ts"
import { decimal, parse, write } from "./json.ts"
import { checkDeletions, checkList, checkTarget } from "./oracle.ts"
import { subjects } from "./replies.ts"

describe("mutated replies", () => {
  it.live(
    "are read as they are, or fail as the types say: `deno task fuzz` sends a million",
    () =>
      Effect.gen(function* () {
        const { outcomes } = yield* Effect.promise(() => fuzz({ replies: 1500, seed: 20261124 }))
        for (const { name } of subjects) {
          assert.isAbove(outcomes.get(`${name}: success`) ?? 0, 20, name)
          assert.isAbove(outcomes.get(`${name}: UnexpectedResponse`) ?? 0, 0, name)
        }
      }),
    20_000,
  )
})

describe("the second opinion", () => {
  const target = `{"id":"000MLGPR","fields":{"8103":"a@b.c","8106":42}}`
  const value = {
    id: "000MLGPR",
    fields: { 8103: "a@b.c", 8106: 42 },
  } as unknown as Parameters<typeof checkTarget>[0]

  it("agrees with what is right", () => {
    checkTarget(value, parse(target))
    checkList([value], parse(`[${target}]`))
    checkDeletions({ complete: true, deleted: [] }, parse("[]"))
  })

  const wrong: ReadonlyArray<readonly [what: string, reply: string]> = [
    ["another id", `{"id":"000MLGPS","fields":{"8103":"a@b.c","8106":42}}`],
    ["another value", `{"id":"000MLGPR","fields":{"8103":"x@b.c","8106":42}}`],
    ["a value of another type", `{"id":"000MLGPR","fields":{"8103":"a@b.c","8106":"42"}}`],
    ["a rounded number", `{"id":"000MLGPR","fields":{"8103":"a@b.c","8106":42.0000000000001}}`],
    ["a value that is lost", `{"id":"000MLGPR","fields":{"8103":"a@b.c","8106":42,"1":null}}`],
    ["a value that is invented", `{"id":"000MLGPR","fields":{"8103":"a@b.c"}}`],
    ["a hidden key", `{"id":"000MLGPR","fields":{"8103":"a@b.c","8106":42,"__proto__":1}}`],
    ["a date that is lost", target.replace("}}", `},"creationDate":"2016-04-04T08:55:00Z"}`)],
    ["a hash that is lost", target.replace("}}", `},"hash":"x"}`)],
    ["a bounce that is lost", target.replace("}}", `},"bounce":[{"field":1,"type":1}]}`)],
    ["a red list that is lost", target.replace("}}", `},"redList":{"sms":{}}}`)],
  ]
  for (const [what, reply] of wrong) {
    it(`would see ${what}`, () => {
      assert.throws(() => checkTarget(value, parse(reply)))
    })
  }

  it("would see a list or a report that is shorter", () => {
    assert.throws(() => checkList([], parse(`[${target}]`)))
    assert.throws(() => checkList([value], parse(`[${target},{}]`)))
    assert.throws(() => checkList([value], parse(`[${target.replace("42", "43")}]`)))
    assert.throws(() => checkDeletions({ complete: true, deleted: [] }, parse(`[{"id":"A"}]`)))
    assert.throws(() => checkDeletions({ complete: false, deleted: [] }, parse("[]")))
  })

  it("reads JSON as it is written, and nothing else", () => {
    const text = String.raw`{"a":[1.50,-0,1e400,{"a":1,"a":"\ud800\u0041\n"}],"__proto__":null}`
    assert.deepStrictEqual(JSON.parse(write(parse(text))), JSON.parse(text))
    for (const bad of ["", "{", "[1,]", "01", "1.", "+1", "NaN", '"\n"', "[1]x", "{a:1}", "'a'"]) {
      assert.throws(() => parse(bad))
    }
    assert.strictEqual(decimal("1.50"), decimal("15e-1"))
    assert.strictEqual(decimal("-0.0"), "0")
    assert.notStrictEqual(decimal("9007199254740993"), decimal(String(9007199254740992)))
  })
})
