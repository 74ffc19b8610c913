import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  type Admission,
  admit,
  admitProbe,
  admitSingle,
  headroom,
  initial,
  learn,
  longestPause,
  memory,
  minRate,
  outageAfter,
  outageCalls,
  probeEvery,
  type Signal,
  type State,
} from "../../../src/client/rate/controller.ts"

const holds = <Ts>(property: fc.IProperty<Ts>): void =>
  fc.assert(property, { seed: 20261125, numRuns: 300 })

/** A request that waits until it may be sent, and its outcome. */
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

const good = (request: number): Signal => ({
  kind: "answered",
  request,
  call: {},
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

const admitBulk = (state: State, now: number): Admission =>
  state.probeAt === undefined ? admit(state, now) : admitProbe(state, now)

/** Waits until a request of a bulk run may be sent: the state then, and the time. */
const waitToSend = (state: State, now: number): { state: State; now: number; waited: number } => {
  for (let waited = 0;;) {
    const admission = admitBulk(state, now)
    state = admission.state
    if (admission.wait === 0) return { state, now, waited }
    const wait = Math.ceil(admission.wait)
    now += wait
    waited += wait
  }
}

/** One request after the other, with a check after each. */
const play = (
  steps: ReadonlyArray<Step>,
  check: (before: State, after: State, now: number, step: Step) => void,
): void => {
  let now = 0
  let state = initial(0)
  for (const step of steps) {
    const sent = waitToSend(state, now + step.rest)
    assert.isAtMost(sent.waited, longestPause)
    now = sent.now + step.latency
    const after = learn(sent.state, now, { ...step, call: step, request: sent.state.sent })
    check(sent.state, after, now, step)
    state = after
  }
}

const throttledAt = (rate: number): State => {
  let now = 0
  let state = initial(0)
  for (let i = 0; i < 3 * rate; i++) {
    state = waitToSend(state, now += 1000 / rate).state
    state = learn(state, now, good(state.sent))
  }
  state = waitToSend(state, now).state
  return learn(state, now, throttled(state.sent))
}

describe("the rate, after any sequence of outcomes", () => {
  it("is a number, and no lower than the lowest rate", () =>
    holds(
      fc.property(fc.array(step), (steps) =>
        play(steps, (_, after) => {
          assert.isAtLeast(after.rate, minRate)
          assert.isAtLeast(after.tokens, 0)
        })),
    ))

  it("has not grown beyond twice the measured rate", () =>
    holds(
      fc.property(fc.array(step), (steps) =>
        play(steps, (before, after) => {
          const reopened = before.probeAt !== undefined && after.probeAt === undefined
          if (after.rate > before.rate || reopened) {
            assert.isAtMost(after.rate, headroom * after.measured)
          }
        })),
    ))

  it("is not lowered by a success without a warning", () =>
    holds(
      fc.property(fc.array(step), (steps) =>
        play(steps, (before, after, _, { kind, remaining }) => {
          if (kind === "answered" && remaining !== 0 && before.probeAt === undefined) {
            assert.isAtLeast(after.rate, before.rate)
          }
        })),
    ))

  it("holds nothing back without a throttle, a warning or an outage", () =>
    holds(fc.property(fc.array(step), (steps) => {
      let state = initial(0)
      for (const { kind, latency } of steps) {
        const admission = admit(state, 0)
        assert.strictEqual(admission.wait, 0)
        const signal = kind === "failed" ? failed : good
        state = learn(admission.state, latency, signal(admission.state.sent))
        if (state.streak?.count === outageAfter - 1) {
          state = learn(state, latency, good(admit(state, 0).state.sent))
        }
        assert.strictEqual(state.rate, Infinity)
      }
    })))

  it("holds a single call back for no longer than a minute after the last 429 or warning", () =>
    holds(
      fc.property(fc.array(step), (steps) => {
        let limitedAt = -Infinity
        play(steps, (before, after, now, { kind, remaining }) => {
          const isWarned = remaining === 0 && after.rate < before.rate
          if (kind === "throttled" || isWarned) limitedAt = now
          if (admitSingle(after, now).wait > 0) assert.isAtMost(now - limitedAt, memory)
          assert.strictEqual(admitSingle(after, limitedAt + memory + 1).wait, 0)
        })
      }),
    ))
})

describe("a throttle", () => {
  it("lowers the rate to 0.7 of the measured one", () => {
    const state = throttledAt(100)
    assert.closeTo(state.rate, 70, 2)
  })

  it("counts once with those of all requests that were on their way", () => {
    let state = initial(0)
    for (let i = 0; i < 16; i++) state = admit(state, 0).state
    state = learn(state, 50, throttled(1))
    const { rate } = state
    for (let request = 2; request <= 16; request++) state = learn(state, 50, throttled(request))
    assert.strictEqual(state.rate, rate)
    const next = waitToSend(state, 50)
    assert.isBelow(learn(next.state, next.now, throttled(next.state.sent)).rate, rate)
  })

  it("is climbed back from along a curve that is flat at the old rate", () => {
    // The second throttle has a curve.
    let { state, now } = waitToSend(throttledAt(100), 3_000)
    state = learn(state, now, throttled(state.sent))
    const { peak } = state.turn
    const start = now
    const rates: Array<number> = []
    while (now < start + 9_000) {
      const sent = waitToSend(state, now)
      now = sent.now
      state = learn(sent.state, now, good(sent.state.sent))
      rates[Math.floor((now - start) / 1000)] = state.rate
    }
    const [first = 0, , , , fifth = 0, , , , ninth = 0] = rates
    assert.isAbove(first, 0.7 * peak)
    assert.closeTo(fifth, peak, 0.02 * peak)
    assert.isAbove(ninth, 1.05 * peak)
  })

  it("is forgotten after a minute", () => {
    const state = throttledAt(100)
    const { at } = state.turn
    assert.isBelow(admit(state, at + memory).state.rate, Infinity)
    const forgotten = admit(state, at + memory + 1).state
    assert.strictEqual(forgotten.rate, Infinity)
    assert.deepStrictEqual(forgotten.turn, { ...state.turn, peak: Infinity, plateau: 0 })
    // In the millisecond of a response too, when no time has passed to let more through.
    const sent = waitToSend(state, at).state
    const answered = learn(sent, at + memory + 1, good(sent.sent))
    assert.strictEqual(admit(answered, at + memory + 1).wait, 0)
  })
})

describe("X-RateLimit-Remaining", () => {
  const said = (state: State, remaining: number): State => {
    const { state: sent } = waitToSend(state, 0)
    return learn(sent, 0, { ...good(sent.sent), remaining })
  }

  it("slows nothing when it is 0 in the first response", () => {
    const first = learn(admit(initial(0), 0).state, 0, { ...good(1), remaining: 0 })
    assert.strictEqual(first.rate, Infinity)
  })

  it("doesn't count of requests sent before the last turn, or before the climb is over", () => {
    const throttledTwice = learn(waitToSend(throttledAt(100), 3_000).state, 3_000, throttled(1e9))
    const { at, plateau, sent } = throttledTwice.turn
    assert.isAbove(plateau, 0)
    const told = { ...throttledTwice, remaining: 1, streak: undefined }
    const empty = (request: number) => ({ ...good(request), remaining: 0 })
    const isSlowed = (now: number, request: number) =>
      learn(told, now, empty(request)).turn.at === now
    const late = at + Math.ceil(plateau * 1000)
    assert.isTrue(isSlowed(late, sent + 1))
    assert.isFalse(isSlowed(late, sent))
    assert.isFalse(isSlowed(late - 2, sent + 1))
  })

  it("slows once when it falls to 0, single calls too", () => {
    const warned = said(said(initial(0), 1), 0)
    assert.isBelow(warned.rate, Infinity)
    assert.isAbove(admitSingle(warned, 0).wait, 0)
    assert.strictEqual(said(said(warned, 1), 0).rate >= warned.rate, true)
  })

  it("slows nothing when it is always 0", () => {
    assert.strictEqual(said(said(initial(0), 0), 0).rate, Infinity)
  })
})

describe("the measured rate", () => {
  it("is that of responses: a failure adds nothing to it", () => {
    const state = learn(initial(0), 0, good(1))
    assert.strictEqual(learn(state, 0, good(2)).measured, 2 * state.measured)
    assert.strictEqual(learn(state, 0, throttled(2)).measured, 2 * state.measured)
    assert.strictEqual(learn(state, 0, failed(2)).measured, state.measured)
    assert.isBelow(learn(state, 500, failed(2)).measured, state.measured)
  })
})

describe("an outage", () => {
  const struck = (times: number, wait?: number, calls = times): State => {
    let state = initial(0)
    const all = Array.from({ length: calls }, () => ({}))
    for (let i = 0; i < times; i++) {
      state = admit(state, 0).state
      state = learn(state, 0, { ...failed(state.sent, wait), call: all[i % calls] ?? {} })
    }
    return state
  }

  it("is ten failures in a row, of requests that were sent one after the other", () => {
    assert.isUndefined(struck(outageAfter - 1).probeAt)
    assert.isDefined(struck(outageAfter).probeAt)
  })

  it("is not concluded from the retries of few calls", () => {
    assert.isUndefined(struck(5 * outageAfter, undefined, outageCalls - 1).probeAt)
    assert.isDefined(struck(outageAfter, undefined, outageCalls).probeAt)
  })

  it("is not concluded when all requests under way fail together", () => {
    let state = initial(0)
    for (let i = 0; i < 100; i++) state = admit(state, 0).state
    for (let request = 1; request <= 100; request++) state = learn(state, 0, failed(request))
    assert.isUndefined(state.probeAt)
  })

  it("counts all that were on their way as one, the last of them too", () => {
    let state = initial(0)
    for (let i = 0; i < 3; i++) state = admit(state, 0).state
    for (let request = 1; request <= 3; request++) state = learn(state, 0, failed(request))
    for (let bad = 2; bad <= outageAfter; bad++) {
      assert.isUndefined(state.probeAt)
      state = admit(state, 0).state
      state = learn(state, 0, failed(state.sent))
    }
    assert.isDefined(state.probeAt)
  })

  it("lets one probe through a second", () => {
    const first = waitToSend(struck(outageAfter), 0)
    assert.strictEqual(first.now, probeEvery)
    assert.strictEqual(waitToSend(first.state, first.now).waited, probeEvery)
  })

  it("holds no single call back, nor does the low rate after it", () => {
    const down = struck(outageAfter)
    assert.strictEqual(admitSingle(down, 0).wait, 0)
    const probe = waitToSend(down, 0)
    const back = learn(probe.state, probe.now, good(probe.state.sent))
    assert.isAbove(admit(back, probe.now).wait, 0)
    assert.strictEqual(admitSingle(back, probe.now).wait, 0)
  })

  it("lasts as long as the server asks, up to a minute", () => {
    assert.strictEqual(waitToSend(struck(outageAfter, 30_000), 0).waited, 30_000)
    assert.strictEqual(waitToSend(struck(outageAfter, longestPause + 1), 0).waited, longestPause)
  })

  it("ends with a good probe, at a low rate, and not with what was sent before", () => {
    let state = initial(0)
    for (let i = 0; i < 3; i++) state = admit(state, 0).state
    state = learn(state, 0, failed(1))
    for (let i = 1; i < outageAfter; i++) {
      state = admit(state, 0).state
      state = learn(state, 0, failed(state.sent))
    }
    for (const before of [2, 3]) assert.isDefined(learn(state, 0, good(before)).probeAt)
    const probe = waitToSend(state, 0)
    const back = learn(probe.state, probe.now, good(probe.state.sent))
    assert.isUndefined(back.probeAt)
    assert.strictEqual(back.rate, 2)
  })

  it("leaves the limit that was found before, whatever the outcome of its probes", () => {
    const slowed = waitToSend(throttledAt(100), 3_000)
    let state = learn(slowed.state, slowed.now, throttled(slowed.state.sent))
    let { now } = slowed
    const { turn } = state
    const next = (signal: (request: number) => Signal) => {
      const sent = waitToSend(state, now)
      now = sent.now
      state = learn(sent.state, now, signal(sent.state.sent))
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
