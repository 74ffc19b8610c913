import { assert, describe, it } from "@effect/vitest"
import { DateTime, Equal, Hash, Schema } from "effect"
import { deepStrictEqual } from "node:assert"
import { inspect } from "node:util"
import { vi } from "vitest"
import { makeInstant, parseInstant } from "../../src/internal/instant.ts"
import { seeded } from "../support/arrays.ts"

const day = 86_400_000

describe("an instant", () => {
  for (const millis of [0, 1_459_760_100_000, -62_135_596_800_000, 8.64e15]) {
    it(`is the one that Effect makes of ${millis}`, () => {
      const made = makeInstant(millis)
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

  it("gives its parts, and goes on with Effect's functions", () => {
    const made = makeInstant(1_459_760_100_000)
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

describe("a date in the usual form", () => {
  const written = (millis: number): string => new Date(millis).toISOString().replace(".000Z", "Z")

  it("of minus zero is that of zero", () => {
    assert.isTrue(Object.is(parseInstant(-0), 0))
    assert.isTrue(Object.is(parseInstant("-0"), 0))
  })

  it("is read as Date.parse reads it, on every day there is", () => {
    const random = seeded(4)
    // Two turns of the calendar, and the years at its ends.
    for (const [from, to] of [[1, 3], [1600, 2400], [9998, 9999]] as const) {
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
