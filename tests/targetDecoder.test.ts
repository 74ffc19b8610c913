import { assert, describe, it } from "@effect/vitest"
import { ListedTarget, Target } from "@effect-np6/targets"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import { vi } from "vitest"
import {
  decodeListed,
  type Decoder,
  decodeTarget,
  parseListed,
} from "../src/internal/targetDecoder.ts"

const decoders: ReadonlyArray<readonly [string, Decoder<unknown>, Decoder<unknown>]> = [
  ["lists", decodeListed, Schema.decodeUnknownResult(ListedTarget)],
  ["targets", decodeTarget, Schema.decodeUnknownResult(Target)],
]
const seed = { seed: 20261123, numRuns: 20_000 }

describe("the decoder", () => {
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
      bounce: fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        fc.constantFrom<unknown>({}, null, [{ field: 1, type: 52 }]),
        fc.anything(),
      ),
      redList: fc.oneof(
        { weight: 4, arbitrary: fc.constant({}) },
        fc.constantFrom<unknown>([], null, { mail: { reason: 5 } }),
        fc.anything(),
      ),
      hash: fc.oneof(fc.string(), fc.constantFrom<unknown>(null, undefined, 1)),
    }, { requiredKeys: [] }).map((record) =>
      // JSON has no undefined.
      Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
    ),
    fc.anything(),
  )

  for (const [name, decode, bySchema] of decoders) {
    it(`of ${name} agrees with the schema on whatever there is`, () => {
      let plain = 0
      fc.assert(
        fc.property(element, (json) => {
          const byHand = decode(json)
          const expected = bySchema(json)
          assert.strictEqual(Result.isSuccess(byHand), Result.isSuccess(expected))
          if (Result.isSuccess(byHand) && Result.isSuccess(expected)) {
            plain++
            assert.deepStrictEqual(byHand.success, expected.success)
            assert.deepStrictEqual(
              Object.keys(Object(byHand.success)).sort(),
              Object.keys(Object(expected.success)).sort(),
            )
          }
        }),
        seed,
      )
      assert.isAbove(plain, 500)
    })
  }
})

describe("the elements of a list", () => {
  const listedBySchema = Schema.decodeUnknownResult(ListedTarget)
  const byJson = (text: string): Array<unknown> => JSON.parse(`[${text}]`)
  const element = (fields: string) =>
    `{"id":"000MLGPR","creationDate":"2016-04-04T08:55:00Z",` +
    `"lastUpdateDate":"2016-04-25T14:27:00Z","fields":{${fields}}}`

  it("of the usual form are parsed as JSON and the schema say, whatever their fields hold", () => {
    const values = [
      '"a"',
      '"}},{"',
      '"\\"\\u00e9\\\\"',
      `"${"x".repeat(60_000)}"`,
      "null",
      "true",
      "-0.5",
      "999999999999999",
      "9007199254740993",
      "1e400",
      '["a",null]',
      "{}",
    ]
    for (const value of values) {
      for (const rest of ["", ',"8103":"b"', ',"8101":[]']) {
        const text = [1, 2].map(() => element(`"8101":${value}${rest}`)).join(",")
        const expected = byJson(text).map((json) => Result.merge(listedBySchema(json)))
        for (const [at, target] of parseListed(text, byJson).entries()) {
          const byItsOwn = expected[at]
          if (byItsOwn instanceof Schema.SchemaError) assert.instanceOf(target, Schema.SchemaError)
          else assert.deepStrictEqual(target, byItsOwn)
        }
        assert.strictEqual(expected.length, 2)
      }
    }
  })

  it("of the usual form don't go through JSON.parse, which would keep their ids", () => {
    const text = Array.from({ length: 100 }, (_, n) => element(`"8103":"${n}@test.com"`)).join(",")
    const parse = vi.spyOn(JSON, "parse")
    try {
      assert.strictEqual(parseListed(text, byJson).length, 100)
      for (const [seen] of parse.mock.calls) assert.notInclude(seen, "000MLGPR")
    } finally {
      parse.mockRestore()
    }
  })
})
