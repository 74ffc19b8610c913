import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { within } from "../../src/http/timeout.ts"

const limited = <A>(effect: Effect.Effect<A>) =>
  within<A | "expired", never>(effect, Duration.seconds(1), () => "expired")

it.effect("within: interrupts the effect at its end, on the clock of the fiber", () =>
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

it.effect("within: gives the value of an effect that ends in time", () =>
  Effect.gen(function* () {
    assert.strictEqual(yield* limited(Effect.succeed(1)), 1)
    const running = yield* Effect.forkChild(
      limited(Effect.delay(Effect.succeed(2), "999 millis")),
    )
    yield* TestClock.adjust("999 millis")
    assert.deepStrictEqual(running.pollUnsafe(), yield* Effect.exit(Effect.succeed(2)))
  }))

it.effect("within: interrupts the effect when the caller is interrupted", () =>
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

it.effect("within: does not take an effect that interrupts itself for late", () =>
  Effect.gen(function* () {
    const exit = yield* Effect.exit(limited(Effect.interrupt))
    assert.strictEqual(exit._tag, "Failure")
  }))

describe("within, on the system's clock", () => {
  afterEach(() => {
    vi.useRealTimers()
  })
  const after = (timeout: Duration.Input) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    let isExpired = false
    Effect.runFork(
      within(Effect.never, Duration.fromInputUnsafe(timeout), () => {
        isExpired = true
      }),
    )
    return () => isExpired
  }

  it("ends the effect when its timer fires", () => {
    const isExpired = after("1 second")
    vi.advanceTimersByTime(999)
    assert.isFalse(isExpired())
    vi.advanceTimersByTime(1)
    assert.isTrue(isExpired())
  })

  it("leaves no timer behind an effect that ends in time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    await Effect.runPromise(limited(Effect.succeed(1)))
    assert.strictEqual(vi.getTimerCount(), 0)
  })

  it("sets no timer that can't count so far", () => {
    for (const timeout of ["30 days", Duration.infinity] as const) {
      const isExpired = after(timeout)
      assert.strictEqual(vi.getTimerCount(), 0)
      assert.isFalse(isExpired())
    }
  })

  it("isn't confused by timers that are lost", async () => {
    // A call whose timer is dropped must not keep later calls from theirs.
    after("1 second")
    vi.clearAllTimers()
    const isExpired = after("1 second")
    vi.advanceTimersByTime(1_000)
    assert.isTrue(isExpired())
    await Promise.resolve()
  })
})
