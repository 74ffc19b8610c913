import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as RateLimit from "../../../src/client/RateLimit.ts"
import {
  bucket,
  fixedWindow,
  mean,
  outage,
  perItem,
  simulate,
  total,
} from "../../harness/simulation.ts"

const { adaptive } = RateLimit
const atLeast = (actual: number, bound: number): void => assert.isAtLeast(actual, bound)
const atMost = (actual: number, bound: number): void => assert.isAtMost(actual, bound)

describe("adaptive: an unknown limit of 100/s with a burst of 20", () => {
  const unknown = { perSecond: 100, burst: 20 }
  const cases = {
    "16 workers": { server: bucket(unknown) },
    "16 workers, without Retry-After": { server: bucket({ ...unknown, retryAfter: false }) },
    "16 workers, with X-RateLimit headers": { server: bucket({ ...unknown, headers: true }) },
    "64 workers": { server: bucket(unknown), workers: 64 },
    // All 128 are on their way before anything can be known, so it takes more items to make up.
    "128 workers, 400 ms away": {
      server: bucket(unknown),
      workers: 128,
      latency: 400,
      seconds: 60,
    },
  }
  for (const [name, options] of Object.entries(cases)) {
    it.effect(`is used to 95 % after 10 s, at 1.05 requests an item: ${name}`, () =>
      Effect.gen(function* () {
        const report = yield* simulate({ rateLimit: adaptive, seconds: 30, ...options })
        atLeast(mean(report.accepted, 10, 30), 95)
        atMost(perItem(report), 1.05)
      }))
  }

  it.effect("is found within seconds", () =>
    Effect.gen(function* () {
      const { accepted } = yield* simulate({
        rateLimit: adaptive,
        server: bucket(unknown),
        seconds: 5,
      })
      atLeast(mean(accepted, 1, 5), 90)
    }))
})

describe("adaptive: a limit that moves", () => {
  it.effect("halved: 90 % of the new one within 10 s", () =>
    Effect.gen(function* () {
      const report = yield* simulate({
        rateLimit: adaptive,
        server: bucket({ perSecond: (now) => now < 20_000 ? 100 : 50, burst: 20 }),
        seconds: 40,
      })
      for (const from of [30, 35]) atLeast(mean(report.accepted, from, from + 5), 45)
      atMost(perItem(report), 1.05)
    }))

  it.effect("doubled: 90 % of the new one within 30 s", () =>
    Effect.gen(function* () {
      const report = yield* simulate({
        rateLimit: adaptive,
        server: bucket({ perSecond: (now) => now < 20_000 ? 100 : 200, burst: 20 }),
        seconds: 60,
      })
      atLeast(mean(report.accepted, 50, 60), 180)
      atMost(perItem(report), 1.05)
    }))

  it.effect("down to a twentieth, and up to twentyfold", () =>
    Effect.gen(function* () {
      const perSecond = (now: number) => now < 20_000 || now >= 50_000 ? 100 : 5
      const { accepted } = yield* simulate({
        rateLimit: adaptive,
        server: bucket({ perSecond, burst: 5 }),
        seconds: 90,
      })
      atLeast(mean(accepted, 30, 50), 4.5)
      atLeast(mean(accepted, 80, 90), 85)
    }))
})

describe("adaptive: 20 clients that share 100/s and know nothing of each other", () => {
  for (const seed of ["one", "two"]) {
    it.effect(`use the limit, at 1.3 requests an item: seed ${seed}`, () =>
      Effect.gen(function* () {
        const report = yield* simulate({
          rateLimit: adaptive,
          server: bucket({ perSecond: 100, burst: 20 }),
          seconds: 30,
          clients: 20,
          seed,
        })
        atLeast(mean(report.accepted, 10, 30), 95)
        atMost(perItem(report), 1.3)
      }))
  }
})

describe("adaptive: an outage of 60 s", () => {
  const wide = () => bucket({ perSecond: 1000, burst: 200 })
  const cases = {
    "no answer": {
      server: outage(bucket({ perSecond: 100, burst: 20 }), { from: 20_000, to: 80_000 }),
      full: 100,
    },
    "503, and never a 429": {
      server: outage(wide(), { from: 20_000, to: 80_000, status: 503 }),
      full: 160,
    },
  }
  for (const [name, { full, server }] of Object.entries(cases)) {
    it.effect(`sends one probe a second, then recovers without a stampede: ${name}`, () =>
      Effect.gen(function* () {
        const { accepted, sent } = yield* simulate({
          rateLimit: adaptive,
          server,
          seconds: 100,
          workers: 8,
        })
        // The first second has what was on its way, and the requests that show the outage.
        atMost(total(sent, 20, 21), 2 * 8 + 10)
        for (const count of sent.slice(21, 80)) atMost(count, 1)
        atLeast(total(sent, 21, 80), 55)
        // Doubling twice or three times a second, and no faster.
        for (let second = 81; second < 100; second++) {
          atMost(sent[second] ?? 0, 8 * Math.max(1, sent[second - 1] ?? 0))
        }
        atLeast(mean(accepted, 88, 100), 0.95 * full)
      }))
  }

  it.effect("isn't concluded from failures among successes", () =>
    Effect.gen(function* () {
      let count = 0
      const report = yield* simulate({
        rateLimit: adaptive,
        server: () => ({ status: ++count % 3 === 0 ? 500 : 200 }),
        seconds: 10,
      })
      const unlimited = yield* simulate({
        rateLimit: RateLimit.none,
        server: () => ({ status: ++count % 3 === 0 ? 500 : 200 }),
        seconds: 10,
      })
      atLeast(total(report.accepted), 0.95 * total(unlimited.accepted))
    }))

  it.effect("isn't concluded from a blip that strikes all requests under way", () =>
    Effect.gen(function* () {
      const { accepted } = yield* simulate({
        rateLimit: adaptive,
        server: outage(wide(), { from: 5_000, to: 5_030 }),
        seconds: 10,
        workers: 8,
      })
      atLeast(mean(accepted, 6, 10), 155)
    }))
})

describe("adaptive: fixed windows with an exact Retry-After", () => {
  it.effect("1,000 in 10 s", () =>
    Effect.gen(function* () {
      const report = yield* simulate({
        rateLimit: adaptive,
        server: fixedWindow(1000, 10_000),
        seconds: 60,
      })
      atLeast(mean(report.accepted, 10, 60), 95)
      atMost(perItem(report), 1.05)
    }))

  it.effect("600 in a minute", () =>
    Effect.gen(function* () {
      const report = yield* simulate({
        rateLimit: adaptive,
        server: fixedWindow(600, 60_000),
        seconds: 180,
      })
      assert.strictEqual(total(report.accepted), 1800)
      atMost(perItem(report), 1.05)
    }))

  it.effect("100 in a second", () =>
    Effect.gen(function* () {
      const report = yield* simulate({
        rateLimit: adaptive,
        server: fixedWindow(100, 1_000),
        seconds: 50,
      })
      atLeast(mean(report.accepted, 20, 50), 85)
      atMost(perItem(report), 1.05)
    }))
})

describe("fixed: a limit of 100/s", () => {
  it.effect("is used without a refusal", () =>
    Effect.gen(function* () {
      const report = yield* simulate({
        rateLimit: RateLimit.fixed({ limit: 100 }),
        server: bucket({ perSecond: 100, burst: 20 }),
        seconds: 30,
      })
      atLeast(mean(report.accepted, 1, 30), 98)
      assert.strictEqual(total(report.sent), total(report.accepted))
    }))

  it.effect("is shared by four clients that each know the whole of it", () =>
    Effect.gen(function* () {
      const report = yield* simulate({
        rateLimit: RateLimit.fixed({ limit: 100 }),
        server: bucket({ perSecond: 100, burst: 20 }),
        clients: 4,
        seconds: 30,
      })
      atLeast(mean(report.accepted, 10, 30), 95)
      atMost(perItem(report), 1.1)
    }))
})
