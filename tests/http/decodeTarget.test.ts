import { assert, describe, it } from "@effect/vitest"
import { ListedTarget, Target } from "@effect-np6/targets"
import { DateTime, Equal, Hash, Result, Schema } from "effect"
import { deepStrictEqual } from "node:assert"
import { inspect } from "node:util"
import * as fc from "fast-check"
import { vi } from "vitest"
import {
  decodeListed,
  type Decoder,
  decodeTarget,
  makeListedInstant,
  parseListed,
} from "../../src/http/decodeTarget.ts"

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

describe("what nearly every target looks like", () => {
  const plain = {
    id: "000MLGPR",
    creationDate: "2016-04-04T08:55:00Z",
    lastUpdateDate: "2016-04-25T14:27:00Z",
    fields: { "8101": null, "8102": "Doe", "8103": "", "8106": -1.5, "8109": false },
  }
  const usual: ReadonlyArray<object> = [
    plain,
    { ...plain, lastUpdateDate: plain.creationDate },
    { ...plain, fields: {} },
    { ...plain, hash: "974d82733bd630e8f23671dcfc322a7e" },
    { ...plain, bounce: [] },
    { ...plain, redList: {} },
    { ...plain, hash: "", bounce: [], redList: {} },
  ]
  for (const [name, decode, bySchema] of decoders) {
    it(`is read by hand, which the schema takes several times as long for: ${name}`, () => {
      for (const json of usual) {
        // The schema asks whether there is a key.
        const asked: Array<string | symbol> = []
        const watched = new Proxy(json, {
          has: (target, key) => {
            asked.push(key)
            return key in target
          },
        })
        assert.deepStrictEqual(decode(watched), bySchema(json))
        assert.deepStrictEqual(asked, [], JSON.stringify(json))
        decode(
          new Proxy(watched, { get: (target, key) => key === "id" ? 5 : Reflect.get(target, key) }),
        )
        assert.include(asked, "id")
      }
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

  it("are of the usual form with any value that is no array, and without any", () => {
    const usual = [
      ...["", '"8103":null', '"8103":true', '"8103":false', '"8103":0', '"8103":-12.75'],
      ...['"8103":999999999999999', '"8103":"a"', '"8103":""', '"8103":"\\"\\\\,{}"'],
      ...['"8101":"Mr","8103":"a@b.c","8106":3', '"a\\"b":"c"', `"8103":"${"x".repeat(60_000)}"`],
    ]
    for (const fields of usual) {
      for (const count of [1, 2]) {
        const text = Array.from({ length: count }, () => element(fields)).join(",")
        if (text.length > 65_536) continue
        const targets = parseListed(text, (rest) => assert.fail(rest))
        assert.deepStrictEqual(
          targets,
          byJson(text).map((json) => Result.getOrThrow(listedBySchema(json))),
        )
      }
    }
  })

  it("that are none are left to JSON.parse, from the first one on", () => {
    const good = element('"8103":"a"')
    const unusual = [
      ...['"8107":["a"]', '"8103":1e3', '"8103":9999999999999999', ","],
    ].map(element)
    for (const one of [...unusual, good.slice(0, -1), ` ${good}`, `x${good}`, "{}", ""]) {
      const text = `${good},${one},${good}`
      const seen: Array<string> = []
      const targets = parseListed(text, (rest) => {
        seen.push(rest)
        return []
      })
      // What isn't before an object isn't looked at either.
      const isObject = one.startsWith("{")
      assert.lengthOf(targets, isObject ? 1 : 0)
      assert.deepStrictEqual(seen, [isObject ? `${one},${good}` : text])
    }
  })

  it("whose dates say nothing are left to the schema", () => {
    const good = element('"8103":"a"')
    const text = `${good},${good.replace("2016-04-25T14:27:00Z", "0001-01-01T00:00:00Z")},${good}`
    const expected = byJson(text).map((json) => Result.getOrThrow(listedBySchema(json)))
    assert.deepStrictEqual(parseListed(text, byJson), expected)
  })

  it("are looked at as text for 65,536 characters, and not for more", () => {
    const sized = (length: number) =>
      element(`"8103":"${"x".repeat(length - element('"8103":""').length)}"`)
    assert.lengthOf(parseListed(sized(65_536), (rest) => assert.fail(rest)), 1)
    const long = sized(65_537)
    const seen: Array<string> = []
    parseListed(long, (rest) => {
      seen.push(rest)
      return []
    })
    assert.deepStrictEqual(seen, [long])
  })

  it("that only look like those of the usual form are no JSON", () => {
    for (const fields of ['"8103":01', '"8103":"a",']) {
      assert.throws(() => parseListed(element(fields), (rest) => assert.fail(rest)), SyntaxError)
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

describe("makeListedInstant", () => {
  for (const millis of [0, 1_459_760_100_000, -62_135_596_800_000, 8.64e15]) {
    it(`equals the instant that Effect makes of ${millis}`, () => {
      const made = makeListedInstant(millis)
      const byEffect = DateTime.makeUnsafe(millis)
      assert.isTrue(DateTime.isDateTime(made) && DateTime.isUtc(made))
      assert.isTrue(Schema.is(Schema.DateTimeUtc)(made))
      assert.isTrue(Equal.equals(made, byEffect) && Equal.equals(byEffect, made))
      assert.isFalse(Equal.equals(made, DateTime.makeUnsafe(millis - 1000)))
      assert.strictEqual(Hash.hash(made), Hash.hash(byEffect))
      assert.strictEqual(Object.getPrototypeOf(made), Object.getPrototypeOf(byEffect))
      deepStrictEqual(made, byEffect)
      assert.deepStrictEqual(Object.keys(made), Object.keys(byEffect))
      assert.strictEqual(inspect(made), inspect(byEffect))
      assert.strictEqual(String(made), String(byEffect))
      assert.strictEqual(JSON.stringify({ made }), JSON.stringify({ made: byEffect }))
      assert.strictEqual(made.pipe(DateTime.toEpochMillis), byEffect.pipe(DateTime.toEpochMillis))
    })
  }

  it("works with Effect's functions, and has its parts when they are asked for", () => {
    const made = makeListedInstant(1_459_760_100_000)
    const byEffect = DateTime.makeUnsafe(1_459_760_100_000)
    assert.deepStrictEqual(DateTime.toPartsUtc(made), DateTime.toPartsUtc(byEffect))
    assert.strictEqual(DateTime.toPartsUtc(made), DateTime.toPartsUtc(made))
    assert.strictEqual(inspect(made), inspect(byEffect))
    assert.isTrue(Equal.equals(made, byEffect))
    deepStrictEqual(DateTime.add(made, { months: 1 }), DateTime.add(byEffect, { months: 1 }))
    const zone = { timeZone: "Europe/Paris" }
    assert.strictEqual(
      DateTime.formatIsoZoned(DateTime.makeZonedUnsafe(made, zone)),
      DateTime.formatIsoZoned(DateTime.makeZonedUnsafe(byEffect, zone)),
    )
  })
})

describe("makeListedInstant, before parts are asked for", () => {
  it("leaves out the property that costs most", () =>
    assert.deepStrictEqual(Object.getOwnPropertyNames(makeListedInstant(0)), ["epochMilliseconds"]))
})
