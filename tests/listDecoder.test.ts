import { assert, describe, it } from "@effect/vitest"
import { ListedTarget } from "@effect-np6/targets"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import { makeListDecoder } from "../src/internal/listDecoder.ts"

const bySchema = Schema.decodeUnknownResult(ListedTarget)
const seed = { seed: 20261123, numRuns: 20_000 }

describe("the decoder of lists", () => {
  const date = fc.oneof(
    fc.constantFrom<unknown>(
      "2016-04-04T08:55:00Z",
      "2016-04-04T08:55:00.5Z",
      "0001-01-01T00:00:00Z",
      "",
      null,
      undefined,
      "x",
      "2016-02-30T00:00:00Z",
      1465831160,
      "1465831160",
      NaN,
      {},
    ),
    {
      weight: 4,
      arbitrary: fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
    },
  )
  const value = fc.oneof(
    fc.string(),
    fc.double(),
    fc.constantFrom<unknown>(
      null,
      true,
      2 ** 53,
      Infinity,
      -0,
      undefined,
      [],
      ["a", null],
      [[]],
      {},
    ),
  )
  const element = fc.oneof(
    fc.record({
      id: fc.oneof(
        { weight: 8, arbitrary: fc.stringMatching(/^[0-9A-Z]{8}$/) },
        fc.string(),
        fc.anything(),
      ),
      creationDate: date,
      lastUpdateDate: date,
      fields: fc.oneof(
        fc.dictionary(
          fc.oneof(fc.nat().map(String), fc.constantFrom("__proto__", "constructor")),
          value,
        ),
        fc.anything(),
      ),
      bounce: fc.anything(),
    }, { requiredKeys: [] }),
    fc.anything(),
  )

  it("agrees with the schema on whatever a list holds", () => {
    const decode = makeListDecoder()
    let plain = 0
    fc.assert(
      fc.property(element, (json) => {
        const byHand = decode(json)
        const expected = bySchema(json)
        assert.strictEqual(Result.isSuccess(byHand), Result.isSuccess(expected))
        if (Result.isSuccess(byHand) && Result.isSuccess(expected)) {
          plain++
          assert.deepStrictEqual(byHand.success, expected.success)
          assert.deepStrictEqual(Object.keys(byHand.success), Object.keys(expected.success))
        }
      }),
      seed,
    )
    assert.isAbove(plain, 500)
  })

  it("remembers dates, and not without end", () => {
    const decode = makeListDecoder()
    const read = (minute: number) =>
      Result.getOrThrow(decode({
        id: "X",
        creationDate: new Date(minute * 60_000).toISOString(),
        lastUpdateDate: "2016-04-25T14:27:00Z",
        fields: {},
      })).creationDate
    for (let minute = 0; minute < 10_000; minute++) {
      assert.strictEqual(read(minute)?.epochMilliseconds, minute * 60_000)
    }
    assert.strictEqual(read(9_999), read(9_999))
  })
})
