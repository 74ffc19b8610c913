import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  admit,
  headroom,
  initial,
  learn,
  longestPause,
  memory,
  minRate,
  outageAfter,
  probeEvery,
  type Signal,
  type State,
} from "../../../src/client/rate/controller.ts"

const holds = <Ts>(property: fc.IProperty<Ts>): void =>
  fc.assert(property, { seed: 20261125, numRuns: 300 })

const unlimited = { ceiling: Infinity, burst: undefined }

/** A request that waits for its turn, and what comes of it after a while. */
interface Step {
  readonly rest: number
  readonly latency: number
  readonly kind: Signal["kind"]
  readonly wait: number | undefined
  readonly remaining: number | undefined
}

const step: fc.Arbitrary<Step> = fc.record({
  rest: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
  latency: fc.integer({ min: 0, max: 5_000 }),
  kind: fc.constantFrom<Signal["kind"]>("answered", "answered", "throttled", "failed"),
  wait: fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
  remaining: fc.option(fc.nat(3), { nil: undefined }),
})
const settings = fc.record({
  // The last is below the lowest rate that a limit of its own would have.
  ceiling: fc.constantFrom(Infinity, 100, 2, 0.1),
  burst: fc.constantFrom(undefined, 1, 30),
})

const good = (request: number): Signal => ({
  kind: "answered",
  request,
  wait: undefined,
  remaining: undefined,
})
const throttled = (request: number, wait?: number): Signal => ({
  ...good(request),
  kind: "throttled",
  wait,
})
const failed = (request: number, wait?: number): Signal => ({
  ...good(request),
  kind: "failed",
  wait,
})

/** Waits for a turn: the state then, and the time. */
const waitForTurn = (state: State, now: number): { state: State; now: number; waited: number } => {
  for (let waited = 0;;) {
    const admission = admit(state, now)
    state = admission.state
    if (admission.wait === 0) return { state, now, waited }
    const wait = Math.ceil(admission.wait)
    now += wait
    waited += wait
  }
}

/** One request after the other, with what holds after each checked. */
const play = (
  start: State,
  steps: ReadonlyArray<Step>,
  check: (before: State, after: State, now: number, step: Step) => void,
): void => {
  let now = 0
  let state = start
  for (const step of steps) {
    const turn = waitForTurn(state, now + step.rest)
    assert.isAtMost(turn.waited, longestPause)
    now = turn.now + step.latency
    const after = learn(turn.state, now, { ...step, request: turn.state.sent })
    check(turn.state, after, now, step)
    state = after
  }
}

const throttledAt = (rate: number): State => {
  let now = 0
  let state = initial(unlimited, 0)
  for (let i = 0; i < 3 * rate; i++) {
    state = waitForTurn(state, now += 1000 / rate).state
    state = learn(state, now, good(state.sent))
  }
  state = waitForTurn(state, now).state
  return learn(state, now, throttled(state.sent))
}

describe("whatever comes", () => {
  it("the rate stays between its lowest and the ceiling, and is a number", () =>
    holds(
      fc.property(settings, fc.array(step), (settings, steps) =>
        play(initial(settings, 0), steps, (_, after) => {
          assert.isAtLeast(after.rate, Math.min(minRate, settings.ceiling))
          assert.isAtMost(after.rate, settings.ceiling)
          assert.isAtLeast(after.tokens, 0)
        })),
    ))

  it("it grows to no more than twice what is measured, or what it was", () =>
    holds(
      fc.property(settings, fc.array(step), (settings, steps) =>
        play(initial(settings, 0), steps, (before, after) => {
          const reopened = before.probeAt !== undefined && after.probeAt === undefined
          if (after.rate > before.rate || reopened) {
            assert.isAtMost(after.rate, headroom * after.measured)
          }
        })),
    ))

  it("a good answer without a warning never slows", () =>
    holds(
      fc.property(settings, fc.array(step), (settings, steps) =>
        play(initial(settings, 0), steps, (before, after, _, { kind, remaining }) => {
          if (kind === "answered" && remaining !== 0 && before.probeAt === undefined) {
            assert.isAtLeast(after.rate, before.rate)
          }
        })),
    ))

  it("without a throttle, a warning or an outage, nobody waits", () =>
    holds(fc.property(fc.array(step), (steps) => {
      let state = initial(unlimited, 0)
      for (const { kind, latency } of steps) {
        const admission = admit(state, 0)
        assert.strictEqual(admission.wait, 0)
        const answer = kind === "failed" ? failed : good
        state = learn(admission.state, latency, answer(admission.state.sent))
        if (state.row?.count === outageAfter - 1) {
          state = learn(state, latency, good(admit(state, 0).state.sent))
        }
        assert.strictEqual(state.rate, Infinity)
      }
    })))

  it("a clock that is set back blocks nobody for longer than the longest pause", () =>
    holds(fc.property(
      fc.array(step, { minLength: 1 }),
      fc.integer({ min: 0, max: 1e9 }),
      (steps, back) => {
        let last = initial(unlimited, 1e9)
        for (const { kind, wait } of steps) {
          last = waitForTurn(last, 1e9).state
          last = learn(last, 1e9, { ...good(last.sent), kind, wait })
        }
        assert.isAtMost(waitForTurn(last, 1e9 - back).waited, longestPause)
      },
    )))
})

describe("a throttle", () => {
  it("lowers the rate to 0.7 of what is measured", () => {
    const state = throttledAt(100)
    assert.closeTo(state.rate, 70, 2)
  })

  it("counts once with those of all requests that were on their way", () => {
    let state = initial(unlimited, 0)
    for (let i = 0; i < 16; i++) state = admit(state, 0).state
    state = learn(state, 50, throttled(1))
    const { rate } = state
    for (let request = 2; request <= 16; request++) state = learn(state, 50, throttled(request))
    assert.strictEqual(state.rate, rate)
    const next = waitForTurn(state, 50)
    assert.isBelow(learn(next.state, next.now, throttled(next.state.sent)).rate, rate)
  })

  it("is climbed back from along a curve that is flat at the old rate", () => {
    // The second throttle has a curve.
    let { state, now } = waitForTurn(throttledAt(100), 3_000)
    state = learn(state, now, throttled(state.sent))
    const { peak } = state.turn
    const start = now
    const rates: Array<number> = []
    while (now < start + 9_000) {
      const turn = waitForTurn(state, now)
      now = turn.now
      state = learn(turn.state, now, good(turn.state.sent))
      rates[Math.floor((now - start) / 1000)] = state.rate
    }
    const [first = 0, , , , fifth = 0, , , , ninth = 0] = rates
    assert.isAbove(first, 0.7 * peak)
    assert.closeTo(fifth, peak, 0.02 * peak)
    assert.isAbove(ninth, 1.05 * peak)
  })

  it("is forgotten after a minute, and leaves nothing behind", () => {
    const limited = initial({ ceiling: 100, burst: undefined }, 0)
    const slowed = learn(admit(limited, 0).state, 0, throttled(1))
    const { state } = admit(slowed, memory + 1)
    assert.strictEqual(state.rate, 100)
    assert.deepStrictEqual(state.turn, { ...slowed.turn, peak: Infinity, plateau: 0 })
  })

  it("is forgotten after a minute", () => {
    const state = throttledAt(100)
    const { at } = state.turn
    assert.isBelow(admit(state, at + memory).state.rate, Infinity)
    assert.strictEqual(admit(state, at + memory + 1).state.rate, Infinity)
    // In the millisecond of an answer too, when no time has passed to let more through.
    const sent = waitForTurn(state, at).state
    const answered = learn(sent, at + memory + 1, good(sent.sent))
    assert.strictEqual(admit(answered, at + memory + 1).wait, 0)
  })
})

describe("X-RateLimit-Remaining", () => {
  const said = (state: State, remaining: number): State => {
    const { state: sent } = waitForTurn(state, 0)
    return learn(sent, 0, { ...good(sent.sent), remaining })
  }

  it("slows when it falls to nothing, and not where it was nothing known", () => {
    const first = learn(admit(initial(unlimited, 0), 0).state, 0, { ...good(1), remaining: 0 })
    assert.strictEqual(first.rate, Infinity)
  })

  it("says nothing of a request that was sent before the last turn, or before the climb is over", () => {
    const throttledTwice = learn(waitForTurn(throttledAt(100), 3_000).state, 3_000, throttled(1e9))
    const { at, plateau, sent } = throttledTwice.turn
    assert.isAbove(plateau, 0)
    const told = { ...throttledTwice, remaining: 1, row: undefined }
    const empty = (request: number) => ({ ...good(request), remaining: 0 })
    const isSlowed = (now: number, request: number) =>
      learn(told, now, empty(request)).turn.at === now
    const late = at + Math.ceil(plateau * 1000)
    assert.isTrue(isSlowed(late, sent + 1))
    assert.isFalse(isSlowed(late, sent))
    assert.isFalse(isSlowed(late - 2, sent + 1))
  })

  it("slows when it falls to nothing, once", () => {
    const warned = said(said(initial(unlimited, 0), 1), 0)
    assert.isBelow(warned.rate, Infinity)
    assert.strictEqual(said(said(warned, 1), 0).rate >= warned.rate, true)
  })

  it("says nothing when it is always nothing", () => {
    assert.strictEqual(said(said(initial(unlimited, 0), 0), 0).rate, Infinity)
  })
})

describe("the rate that is measured", () => {
  it("is that of answers: a failure adds nothing to it", () => {
    const state = learn(initial(unlimited, 0), 0, good(1))
    assert.strictEqual(learn(state, 0, good(2)).measured, 2 * state.measured)
    assert.strictEqual(learn(state, 0, throttled(2)).measured, 2 * state.measured)
    assert.strictEqual(learn(state, 0, failed(2)).measured, state.measured)
    assert.isBelow(learn(state, 500, failed(2)).measured, state.measured)
  })
})

describe("an outage", () => {
  const struck = (times: number, wait?: number): State => {
    let state = initial(unlimited, 0)
    for (let i = 0; i < times; i++) {
      state = admit(state, 0).state
      state = learn(state, 0, failed(state.sent, wait))
    }
    return state
  }

  it("is ten bad answers in a row, of requests that were sent one after the other", () => {
    assert.isUndefined(struck(outageAfter - 1).probeAt)
    assert.isDefined(struck(outageAfter).probeAt)
  })

  it("is not that all requests on their way fail together", () => {
    let state = initial(unlimited, 0)
    for (let i = 0; i < 100; i++) state = admit(state, 0).state
    for (let request = 1; request <= 100; request++) state = learn(state, 0, failed(request))
    assert.isUndefined(state.probeAt)
  })

  it("counts all that were on their way as one, the last of them too", () => {
    let state = initial(unlimited, 0)
    for (let i = 0; i < 3; i++) state = admit(state, 0).state
    for (let request = 1; request <= 3; request++) state = learn(state, 0, failed(request))
    for (let bad = 2; bad <= outageAfter; bad++) {
      assert.isUndefined(state.probeAt)
      state = admit(state, 0).state
      state = learn(state, 0, failed(state.sent))
    }
    assert.isDefined(state.probeAt)
  })

  it("lets one probe through after a second, and one every two seconds", () => {
    const first = waitForTurn(struck(outageAfter), 0)
    assert.strictEqual(first.now, 1_000)
    assert.strictEqual(waitForTurn(first.state, first.now).waited, probeEvery)
  })

  it("lasts as long as the server asks, up to a minute", () => {
    assert.strictEqual(waitForTurn(struck(outageAfter, 30_000), 0).waited, 30_000)
    assert.strictEqual(waitForTurn(struck(outageAfter, longestPause), 0).waited, longestPause)
    assert.strictEqual(waitForTurn(struck(outageAfter, longestPause + 1), 0).waited, 1_000)
  })

  it("is not made longer by a clock that is set back", () => {
    assert.strictEqual(waitForTurn(struck(outageAfter), -3_600_000).waited, 0)
  })

  it("ends with a good probe, at a low rate, and not with what was sent before", () => {
    let state = initial(unlimited, 0)
    for (let i = 0; i < 3; i++) state = admit(state, 0).state
    state = learn(state, 0, failed(1))
    for (let i = 1; i < outageAfter; i++) {
      state = admit(state, 0).state
      state = learn(state, 0, failed(state.sent))
    }
    for (const before of [2, 3]) assert.isDefined(learn(state, 0, good(before)).probeAt)
    const probe = waitForTurn(state, 0)
    const back = learn(probe.state, probe.now, good(probe.state.sent))
    assert.isUndefined(back.probeAt)
    assert.strictEqual(back.rate, 2)
  })

  it("leaves the limit that was found before, whatever becomes of its probes", () => {
    const slowed = waitForTurn(throttledAt(100), 3_000)
    let state = learn(slowed.state, slowed.now, throttled(slowed.state.sent))
    let { now } = slowed
    const { turn } = state
    const next = (answer: (request: number) => Signal) => {
      const sent = waitForTurn(state, now)
      now = sent.now
      state = learn(sent.state, now, answer(sent.state.sent))
    }
    while (state.probeAt === undefined) next(failed)
    for (let probe = 0; probe < 5; probe++) next(throttled)
    assert.deepStrictEqual(state.turn, turn)
    next(good)
    assert.strictEqual(state.turn.peak, turn.peak)
    // Back to that limit, and flat there.
    const start = now
    while (now < start + 5_000) next(good)
    assert.closeTo(state.rate, turn.peak, 0.02 * turn.peak)
  })
})
