import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Day } from "@effect-np6/targets"
import { DateTime, Schema } from "effect"
import * as fc from "fast-check"

const is = Schema.is(Day)

describe("Day", () => {
  it("takes the days of the calendar, from year 2 on", () => {
    for (const day of ["0002-01-01", "1980-05-17", "2000-02-29", "2024-02-29", "9999-12-31"]) {
      assert.isTrue(is(day), day)
    }
  })

  it("refuses all else", () => {
    const wrong: ReadonlyArray<unknown> = [
      ...["0001-12-31", "0000-01-01", "1900-02-29", "2026-02-30", "2026-13-01", "2026-00-01"],
      ...["2026-1-5", "17/05/1980", "1980-05-17T00:00:00Z", " 1980-05-17", "1980-05-17\n", ""],
      ...["+012026-01-01", "-2026-01-01", "1e3-1-1", 19800517, null, new Date(0)],
    ]
    for (const value of wrong) assert.isFalse(is(value), String(value))
  })

  it("says what it expects", () =>
    assert.throws(
      () => Schema.decodeUnknownSync(Day)("17/05/1980"),
      /Expected a day as YYYY-MM-DD, from year 2 on/,
    ))

  it("is the day of every instant in UTC", () => {
    const dates = fc.date({
      noInvalidDate: true,
      min: new Date("0002-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
    })
    fc.assert(
      fc.property(dates, (date) => is(DateTime.formatIsoDate(DateTime.makeUnsafe(date)))),
      { seed: 20261125 },
    )
  })

  it("type-checks as it is written, and a date in another order doesn't", () => {
    const day: Day = "1980-05-07"
    // @ts-expect-error slashes
    const slashes: Day = "07/05/1980"
    // @ts-expect-error an instant
    const instant: Day = "1980-05-07T00:00:00Z"
    expectTypeOf<string>().not.toExtend<Day>()
    assert.isDefined([day, slashes, instant])
  })
})
