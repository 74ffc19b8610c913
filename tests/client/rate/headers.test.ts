import { assert, it } from "@effect/vitest"
import { remainingOf, resetOf } from "../../../src/client/rate/headers.ts"

const now = Date.UTC(2026, 0, 1)

it("reads Reset as seconds to wait, or as an instant", () => {
  const cases: ReadonlyArray<readonly [string, number | undefined]> = [
    ["0", 0],
    ["30", 30_000],
    ["1.5", 1_500],
    [" 1.25 ", 1_250],
    // The largest wait, the first instants in seconds and in milliseconds, and the last in seconds.
    ["1499999999", 1_499_999_999_000],
    ["1500000000", 0],
    ["99999999999", 99_999_999_999_000 - now],
    ["100000000000", 0],
    [String(now / 1000 + 30), 30_000],
    [String(now + 30_000), 30_000],
    [String(now / 1000 - 30), 0],
    [String(now - 30_000), 0],
    ["", undefined],
    ["-5", undefined],
    ["soon", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["Infinity", undefined],
    ["9".repeat(400), undefined],
  ]
  for (const [text, expected] of cases) {
    assert.strictEqual(resetOf({ "x-ratelimit-reset": text }, now), expected, text)
  }
  assert.isUndefined(resetOf({}, now))
})

it("reads Remaining", () => {
  assert.strictEqual(remainingOf({ "x-ratelimit-remaining": "7" }), 7)
  assert.isUndefined(remainingOf({ "x-ratelimit-remaining": "many" }))
  assert.isUndefined(remainingOf({}))
})
