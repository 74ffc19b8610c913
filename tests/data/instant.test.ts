import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result, Schema } from "effect"
import { vi } from "vitest"
import { formatSeconds, isYearOne, OptionalDate, parseInstant } from "../../src/data/instant.ts"
import { seeded } from "../harness/listDocuments.ts"

const day = 86_400_000

describe("an instant on the wire", () => {
  const read: ReadonlyArray<readonly [wire: unknown, millis: number]> = [
    [1465831160, 1465831160_000],
    ["1465831160", 1465831160_000],
    ["1465831160.5", 1465831160_500],
    ["1465831160.123456789", 1465831160_123],
    [1465831160.25, 1465831160_250],
    // From 10^11 on a number is milliseconds.
    [99_999_999_999, 99_999_999_999_000],
    [100_000_000_000, 100_000_000_000],
    [-100_000_000_000, -100_000_000_000],
    [8.64e15, 8.64e15],
    [-8.64e15, -8.64e15],
    ["2016-04-04", Date.UTC(2016, 3, 4)],
    ["2016-04-04T08:55", Date.UTC(2016, 3, 4, 8, 55)],
    ["2016-04-04 08:55:00", Date.UTC(2016, 3, 4, 8, 55)],
    ["2016-04-04T08:55:00.5", Date.UTC(2016, 3, 4, 8, 55, 0, 500)],
    ["2016-04-04T08:55:00+02:00", Date.UTC(2016, 3, 4, 6, 55)],
    ["2016-04-04T08:55:00-0230", Date.UTC(2016, 3, 4, 11, 25)],
    ["0000-02-10T00:00:00Z", Date.parse("0000-02-10T00:00:00Z")],
    ["+010000-01-01T00:00:00Z", Date.parse("+010000-01-01T00:00:00Z")],
    ["-000001-01-01T00:00:00Z", Date.parse("-000001-01-01T00:00:00Z")],
  ]
  for (const [wire, millis] of read) {
    it(`may be ${JSON.stringify(wire)}`, () => assert.strictEqual(parseInstant(wire), millis))
  }

  const none: ReadonlyArray<unknown> = [
    ...["1465831160.1234567890", "1465831160.", ".5", "1e9", "+1", "0x10", "123456789012345678"],
    ...["2016-04-04T08:55:00Zx", "2016-04-04T08:55:00ZZ", "x2016-04-04T08:55:00Z", "2016-04"],
    ...["2016-04-04T08:55:00+2:00", "2016-04-04T", "2016-04-04T08", "2016-04-04T08:55:00."],
    ...["", " ", "x", 8.64e15 + 2, -8.64e15 - 2, NaN, Infinity, true, null, undefined, {}, []],
  ]
  for (const wire of none) {
    it(`is not ${String(wire)}`, () => assert.isNaN(parseInstant(wire)))
  }

  it("says no date with any instant of year 1, and of no other", () => {
    const start = Date.parse("0001-01-01T00:00:00Z")
    const end = Date.parse("0002-01-01T00:00:00Z")
    assert.deepStrictEqual([start - 1, start, end - 1, end].map(isYearOne), [
      ...[false, true],
      ...[true, false],
    ])
  })

  it("is written as seconds where it is whole ones that are read as seconds", () => {
    const cases: ReadonlyArray<readonly [millis: number, wire: string]> = [
      [1465831160_000, "1465831160"],
      [0, "0"],
      [-1_000, "-1"],
      [1465831160_500, "2016-06-13T15:19:20.500Z"],
      [99_999_999_999_000, "99999999999"],
      [100_000_000_000_000, "5138-11-16T09:46:40Z"],
    ]
    for (const [millis, wire] of cases) {
      assert.strictEqual(formatSeconds(DateTime.makeUnsafe(millis)), wire)
      assert.strictEqual(parseInstant(wire), millis)
    }
  })

  it("that is none is refused in words that say what would be one", () => {
    const refused = Schema.decodeUnknownResult(Schema.Struct({ at: OptionalDate }))({ at: "x" })
    assert.include(
      String(Result.merge(refused)),
      "Expected Unix seconds, milliseconds or an ISO 8601 date",
    )
  })
})

describe("a date in the usual form", () => {
  const written = (millis: number): string => new Date(millis).toISOString().replace(".000Z", "Z")

  it("of minus zero is that of zero", () => {
    assert.isTrue(Object.is(parseInstant(-0), 0))
    assert.isTrue(Object.is(parseInstant("-0"), 0))
  })

  it("is read as Date.parse reads it, on every day there is", () => {
    const random = seeded(4)
    // Two turns of the calendar, and the years at its ends.
    for (const [from, to] of [[0, 3], [1600, 2400], [9998, 9999]] as const) {
      const end = Date.parse(`${String(to).padStart(4, "0")}-12-31T00:00:00Z`)
      for (let at = new Date(end).setUTCFullYear(from, 0, 1); at <= end; at += day) {
        const millis = at + Math.floor(random() * 86_400) * 1_000
        if (parseInstant(written(millis)) !== millis) assert.fail(written(millis))
      }
    }
  })

  it("is read without Date.parse, which takes several times as long", () => {
    const texts = [
      ...["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2016-04-04T08:55:00Z"],
      ...["2000-02-29T00:00:00Z", "2016-02-29T12:30:00Z", "2015-03-01T00:00:00Z"],
      ...["2016-01-31T00:00:00Z", "2016-04-30T00:00:00Z", "2016-10-10T10:10:10Z"],
    ]
    const expected = texts.map((text) => Date.parse(text))
    const parse = vi.spyOn(Date, "parse")
    try {
      assert.deepStrictEqual(texts.map(parseInstant), expected)
      assert.lengthOf(parse.mock.calls, 0)
    } finally {
      parse.mockRestore()
    }
  })

  it("is none where the calendar has no such day or time", () => {
    for (
      const text of [
        "2015-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2016-02-30T00:00:00Z",
        "2016-04-31T00:00:00Z",
        "2016-00-10T00:00:00Z",
        "2016-13-10T00:00:00Z",
        "2016-01-00T00:00:00Z",
        "2016-01-32T00:00:00Z",
        "2016-01-01T25:00:00Z",
        "2016-01-01T00:60:00Z",
        "2016-01-01T00:00:60Z",
      ]
    ) assert.isNaN(parseInstant(text), text)
  })

  it("is none where any of its characters is another", () => {
    const text = "2016-04-04T08:55:00Z"
    const others = ["/", ":", "-", "T", "Z", " ", "a", "٣", "", "00"]
    for (let at = 0; at < text.length; at++) {
      for (const other of others) {
        const changed = text.slice(0, at) + other + text.slice(at + 1)
        // A space before the time and a time without a zone are other forms that are read.
        const isRead = changed === text || (at === 10 && other === " ") ||
          (at === 19 && other === "")
        if (isRead) continue
        assert.isNaN(parseInstant(changed), changed)
      }
    }
  })
})
