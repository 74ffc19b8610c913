import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { parseRetryAfter } from "../../src/client/retryAfter.ts"
import { recording, status } from "../harness/recording.ts"

const now = Date.parse("2026-11-23T12:00:00Z")
const parse = (header: string | undefined, headers: Record<string, string> = {}) =>
  parseRetryAfter(header === undefined ? headers : { ...headers, "retry-after": header }, now)

describe("parseRetryAfter", () => {
  const past = [
    "Mon, 23 Nov 2026 11:59:59 GMT",
    "Mon, 23 Nov 2026 12:00:00 GMT",
    "Mon, 23 Nov 2026 11:00:00 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Monday, 23-Nov-26 11:00:00 GMT",
    "Mon Nov 23 11:00:00 2026",
    String(now / 1000 - 1),
    String(now - 1),
  ]
  for (const header of past) {
    it(`reads a time that has passed as no wait: ${header}`, () =>
      assert.deepStrictEqual(parse(header), Duration.zero))
  }

  const future = [
    "1",
    " 1 ",
    "Mon, 23 Nov 2026 12:00:01 GMT",
    "Mon, 23 Nov 2026 12:00:01 UTC",
    "Monday, 23-Nov-26 12:00:01 GMT",
    "Mon Nov 23 12:00:01 2026",
    "mon, 23 nov 2026 12:00:01 GMT",
    String(now / 1000 + 1),
    String(now + 1000),
  ]
  for (const header of future) {
    it(`reads a wait of a second: ${header}`, () =>
      assert.deepStrictEqual(parse(header), Duration.seconds(1)))
  }

  it("reads fractions, and numbers before 2017 in Unix seconds as a wait", () => {
    assert.deepStrictEqual(parse("1.25"), Duration.seconds(1.25))
    assert.deepStrictEqual(parse("1499999999"), Duration.seconds(1499999999))
    assert.deepStrictEqual(parse("1500000000"), Duration.zero)
  })

  const several: ReadonlyArray<readonly [header: string, seconds: number]> = [
    ["30, 30", 30],
    ["30, 60", 60],
    ["60,30", 60],
    ["Mon, 23 Nov 2026 12:00:30 GMT, Mon, 23 Nov 2026 12:00:30 GMT", 30],
    ["Monday, 23-Nov-26 12:00:30 GMT,Mon, 23 Nov 2026 12:00:10 GMT", 30],
    ["10, Mon, 23 Nov 2026 12:00:30 GMT", 30],
    ["Mon, 23 Nov 2026 12:00:30 GMT, 10", 30],
    ["soon, 30", 30],
    [", 30,", 30],
  ]
  for (const [header, seconds] of several) {
    it(`reads the longest wait of a header that was sent several times: ${header}`, () =>
      assert.deepStrictEqual(parse(header), Duration.seconds(seconds)))
  }

  // The local clock is an hour behind the server's.
  const date = "Mon, 23 Nov 2026 13:00:00 GMT"
  const dates = [date, `${date}, ${date}`, `soon, ${date}`]
  for (const header of dates) {
    it(`measures a time against the response's own Date: ${header}`, () => {
      const wait = Duration.seconds(30)
      const later = now + 3_600_000 + 30_000
      assert.deepStrictEqual(parse("Mon, 23 Nov 2026 13:00:30 GMT", { date: header }), wait)
      assert.deepStrictEqual(parse(String(later / 1000), { date: header }), wait)
      assert.deepStrictEqual(parse(String(later), { date: header }), wait)
      assert.deepStrictEqual(parse("30", { date: header }), wait)
    })
  }

  it("measures a time against the local clock where Date isn't a date", () =>
    assert.deepStrictEqual(
      parse("Mon, 23 Nov 2026 12:00:30 GMT", { date: "today" }),
      Duration.seconds(30),
    ))

  const nothing = [
    undefined,
    "",
    " ",
    ",",
    "-1",
    "+1",
    ".5",
    "1.",
    "0x10",
    "1e3",
    "1".repeat(16),
    "2026-11-23T12:00:10Z",
    "23 Nov 2026 12:00:10 GMT",
    "Nov 23 2026 12:00:10 GMT",
    "Mon, soon GMT",
    "from Mon, 23 Nov 2026 12:00:10 GMT",
    "Infinity",
  ]
  for (const header of nothing) {
    it(`reads no wait from ${JSON.stringify(header)}`, () => assert.isUndefined(parse(header)))
  }
})

for (const code of [429, 503]) {
  it.effect(`get: has the Retry-After of a ${code} by the server's clock on its error`, () => {
    const { layer } = recording([
      status(code, "", {
        "retry-after": "Mon, 23 Nov 2026 13:00:30 GMT",
        date: "Mon, 23 Nov 2026 13:00:00 GMT",
      }),
    ], { retry: RetryPolicy.none })
    return Effect.gen(function* () {
      yield* TestClock.setTime(now)
      const error = yield* Effect.flip((yield* Targets).get("000MLGPR"))
      assert.deepStrictEqual("retryAfter" in error && error.retryAfter, Duration.seconds(30))
    }).pipe(Effect.provide(layer))
  })
}
