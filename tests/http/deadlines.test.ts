import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import { Duration, Effect, type Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { MockInstance } from "vitest"
import { makeDeadlines, within } from "../../src/http/deadlines.ts"

const fiber: Fiber.Fiber<unknown, unknown> = Effect.runSync(Effect.withFiber(Effect.succeed))

describe("deadlines on the system's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const started = (millis: number) => {
    const deadlines = makeDeadlines(Duration.millis(millis))
    const expired: Array<string> = []
    return { expired, start: (name: string) => deadlines.start(fiber, () => expired.push(name)) }
  }

  it("expire when their time has passed, each at its own", () => {
    const { expired, start } = started(1_000)
    start("first")
    vi.advanceTimersByTime(400)
    start("second")
    vi.advanceTimersByTime(599)
    assert.deepStrictEqual(expired, [])
    vi.advanceTimersByTime(1)
    assert.deepStrictEqual(expired, ["first"])
    vi.advanceTimersByTime(399)
    assert.deepStrictEqual(expired, ["first"])
    vi.advanceTimersByTime(1)
    assert.deepStrictEqual(expired, ["first", "second"])
    vi.advanceTimersByTime(10_000)
    assert.deepStrictEqual(expired, ["first", "second"])
  })

  it("don't expire once stopped, whichever of them was", () => {
    const { expired, start } = started(1_000)
    const [first, , third] = ["first", "second", "third"].map(start)
    third?.()
    first?.()
    vi.advanceTimersByTime(1_000)
    assert.deepStrictEqual(expired, ["second"])
  })

  it("are on time after all those before were stopped", () => {
    const { expired, start } = started(1_000)
    start("first")()
    vi.advanceTimersByTime(900)
    start("second")
    vi.advanceTimersByTime(999)
    assert.deepStrictEqual(expired, [])
    vi.advanceTimersByTime(1)
    assert.deepStrictEqual(expired, ["second"])
  })

  it("are on time after all those before have expired", () => {
    const { expired, start } = started(1_000)
    start("first")
    vi.advanceTimersByTime(5_000)
    start("second")
    vi.advanceTimersByTime(999)
    assert.deepStrictEqual(expired, ["first"])
    vi.advanceTimersByTime(1)
    assert.deepStrictEqual(expired, ["first", "second"])
  })

  it("may be started when one expires", () => {
    const deadlines = makeDeadlines(Duration.millis(1_000))
    const expired: Array<string> = []
    deadlines.start(fiber, () => {
      expired.push("first")
      deadlines.start(fiber, () => expired.push("second"))
    })
    vi.advanceTimersByTime(1_999)
    assert.deepStrictEqual(expired, ["first"])
    vi.advanceTimersByTime(1)
    assert.deepStrictEqual(expired, ["first", "second"])
  })

  it("are on time when one before starts another as it expires", () => {
    const deadlines = makeDeadlines(Duration.millis(1_000))
    const expired: Array<string> = []
    deadlines.start(fiber, () => {
      expired.push("first")
      deadlines.start(fiber, () => expired.push("third"))
    })
    vi.advanceTimersByTime(400)
    deadlines.start(fiber, () => expired.push("second"))
    vi.advanceTimersByTime(1_000)
    assert.deepStrictEqual(expired, ["first", "second"])
    vi.advanceTimersByTime(600)
    assert.deepStrictEqual(expired, ["first", "second", "third"])
  })

  it("that are started when one expires and stops all others are not lost", () => {
    const deadlines = makeDeadlines(Duration.millis(1_000))
    const expired: Array<string> = []
    const stops: Array<() => void> = []
    deadlines.start(fiber, () => {
      expired.push("first")
      for (const stop of stops) stop()
      deadlines.start(fiber, () => expired.push("third"))
    })
    stops.push(deadlines.start(fiber, () => expired.push("second")))
    vi.advanceTimersByTime(2_000)
    assert.deepStrictEqual(expired, ["first", "third"])
  })

  it("expire although one before throws", () => {
    const deadlines = makeDeadlines(Duration.millis(1_000))
    const expired: Array<string> = []
    deadlines.start(fiber, () => {
      throw new Error("of the caller's")
    })
    deadlines.start(fiber, () => expired.push("second"))
    assert.throws(() => vi.advanceTimersByTime(1_000), "of the caller's")
    vi.advanceTimersByTime(1_000)
    assert.deepStrictEqual(expired, ["second"])
  })

  it("need no timer once one has expired and all others were stopped", () => {
    const { expired, start } = started(1_000)
    start("first")
    vi.advanceTimersByTime(400)
    start("second")()
    vi.advanceTimersByTime(600)
    assert.deepStrictEqual(expired, ["first"])
    assert.strictEqual(vi.getTimerCount(), 0)
  })

  it("share one timer, however many there are", () => {
    const { start } = started(1_000)
    for (let n = 0; n < 1_000; n++) start(String(n))
    assert.strictEqual(vi.getTimerCount(), 1)
  })

  it("that are further away than a timer reaches don't expire before", () => {
    const { expired, start } = started(Duration.toMillis("30 days"))
    start("first")
    vi.advanceTimersByTime(Duration.toMillis("30 days") - 1)
    assert.deepStrictEqual(expired, [])
    vi.advanceTimersByTime(1)
    assert.deepStrictEqual(expired, ["first"])
  })

  it("that never come need no timer", () => {
    const deadlines = makeDeadlines(Duration.infinity)
    deadlines.start(fiber, () => assert.fail("it came"))()
    assert.strictEqual(vi.getTimerCount(), 0)
  })
})

/** Runs with this in the place of every timer. */
const withTimer = (timer: unknown, use: (setTimer: MockInstance) => void): void => {
  const setTimer = vi.spyOn(globalThis, "setTimeout").mockImplementation(() => timer as never)
  try {
    use(setTimer)
  } finally {
    setTimer.mockRestore()
  }
}

describe("a timer that nothing waits for", () => {
  it("doesn't keep the process alive, and one that something waits for does", () => {
    const holds: Array<string> = []
    const timer = { ref: () => holds.push("ref"), unref: () => holds.push("unref") }
    withTimer(timer, () => {
      const deadlines = makeDeadlines(Duration.seconds(1))
      const first = deadlines.start(fiber, () => {})
      const second = deadlines.start(fiber, () => {})
      first()
      assert.deepStrictEqual(holds, [])
      second()
      assert.deepStrictEqual(holds, ["unref"])
      deadlines.start(fiber, () => {})
      assert.deepStrictEqual(holds, ["unref", "ref"])
    })
  })
})

describe("a timer that can't be told whether something waits for it", () => {
  for (const timer of [1, {}, { ref: 1, unref: 1 }]) {
    it(`is one all the same: ${JSON.stringify(timer)}`, () => {
      withTimer(timer, (setTimer) => {
        const deadlines = makeDeadlines(Duration.seconds(1))
        deadlines.start(fiber, () => {})()
        deadlines.start(fiber, () => {})
        assert.strictEqual(setTimer.mock.calls.length, 1)
      })
    })
  }
})

describe("an effect within a deadline", () => {
  const deadlines = makeDeadlines(Duration.seconds(1))
  const limited = <A>(effect: Effect.Effect<A>) =>
    within<A | "expired", never>(effect, deadlines, () => Effect.succeed("expired"))

  it.effect("is interrupted past it, on the clock of its fiber", () =>
    Effect.gen(function* () {
      let isInterrupted = false
      const slow = Effect.onInterrupt(Effect.never, () =>
        Effect.sync(() => {
          isInterrupted = true
        }))
      const running = yield* Effect.forkChild(limited(slow))
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(running.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(running.pollUnsafe(), yield* Effect.exit(Effect.succeed("expired")))
      assert.isTrue(isInterrupted)
    }))

  it.effect("gives its value when it is through before", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* limited(Effect.succeed(1)), 1)
      const running = yield* Effect.forkChild(
        limited(Effect.delay(Effect.succeed(2), "999 millis")),
      )
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual(running.pollUnsafe(), yield* Effect.exit(Effect.succeed(2)))
    }))

  it.effect("is interrupted with whoever waits for it", () =>
    Effect.gen(function* () {
      let isInterrupted = false
      const slow = Effect.onInterrupt(Effect.never, () =>
        Effect.sync(() => {
          isInterrupted = true
        }))
      const running = yield* Effect.forkChild(limited(slow), { startImmediately: true })
      yield* Effect.sync(() => running.interruptUnsafe())
      assert.isTrue(isInterrupted)
    }))

  it.effect("that interrupts itself before isn't taken for late", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(limited(Effect.interrupt))
      assert.strictEqual(exit._tag, "Failure")
    }))
})
