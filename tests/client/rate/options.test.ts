import { assert, describe, it } from "@effect/vitest"
import { InvalidInput, RateLimit, Targets } from "@effect-np6/targets"
import { Duration, Effect, Layer, Redacted } from "effect"
import { RateLimiter } from "effect/persistence"

const memory = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
const shared = (options: Partial<RateLimit.SharedOptions>) =>
  Effect.map(
    RateLimiter.RateLimiter,
    (limiter) => RateLimit.fromRateLimiter(limiter, { key: "np6", limit: 10, ...options }),
  )
const fixed = (options: Partial<RateLimit.FixedOptions>) =>
  Effect.succeed(RateLimit.fixed({ limit: 10, ...options }))

// No program with types has these.
const noNumbers: ReadonlyArray<unknown> = [NaN, 0, -1, Infinity, "10", null, 10n, {}]
const noDurations: ReadonlyArray<unknown> = [NaN, 0, -1, Infinity, "soon", {}, Duration.zero]
const no = <T>(value: unknown): T => value as T

type Refused = readonly [
  option: string,
  values: ReadonlyArray<unknown>,
  make: (value: unknown) => Effect.Effect<RateLimit.RateLimit, never, RateLimiter.RateLimiter>,
]
const refused: ReadonlyArray<Refused> = [
  ["limit", noNumbers, (limit) => fixed({ limit: no(limit) })],
  ["limit", [undefined], (limit) => fixed({ limit: no(limit) })],
  ["window", noDurations, (window) => fixed({ window: no(window) })],
  ["burst", [...noNumbers, 0.5], (burst) => fixed({ burst: no(burst) })],
  ["maxWait", [NaN, -1, "soon", null], (maxWait) => fixed({ maxWait: no(maxWait) })],
  ["limit", noNumbers, (limit) => shared({ limit: no(limit) })],
  ["window", noDurations, (window) => shared({ window: no(window) })],
  ["key", ["", null, 1], (key) => shared({ key: no(key) })],
  ["algorithm", ["leaky", null, 1], (algorithm) => shared({ algorithm: no(algorithm) })],
  ["maxWait", [NaN, -1, "soon", null], (maxWait) => shared({ maxWait: no(maxWait) })],
  ["storeTimeout", noDurations, (storeTimeout) => shared({ storeTimeout: no(storeTimeout) })],
  [
    "onStoreFailure.limit",
    noNumbers,
    (limit) => shared({ onStoreFailure: { limit: no(limit) } }),
  ],
  ["onStoreFailure", ["go on", null, 1], (value) => shared({ onStoreFailure: no(value) })],
]

describe("a layer refuses a rate limit with InvalidInput", () => {
  for (const [option, values, make] of refused) {
    for (const value of values) {
      const shown = typeof value === "bigint" ? "10n" : JSON.stringify(value) ?? String(value)
      it.effect(`${option} ${typeof value === "number" ? value : shown}`, () =>
        Effect.gen(function* () {
          const rateLimit = yield* make(value)
          const layer = Targets.layerFetch({ apiKey: Redacted.make("key"), rateLimit })
          const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
          assert.instanceOf(error, InvalidInput)
          assert.strictEqual(error.input, `rateLimit.${option}`)
          assert.strictEqual(error.operation, "np6.layer")
          assert.strictEqual(error.attempts, 0)
        }).pipe(Effect.provide(memory)))
    }
  }
})

describe("a layer accepts a rate limit", () => {
  const accepted: ReadonlyArray<Partial<RateLimit.SharedOptions>> = [
    {},
    { limit: 0.1, window: "1 day", algorithm: "token-bucket" },
    { maxWait: 0, storeTimeout: "1 minute", onStoreFailure: "wait" },
    { maxWait: Duration.infinity, onStoreFailure: { limit: 0.5 }, algorithm: "fixed-window" },
  ]
  for (const options of accepted) {
    it.effect(JSON.stringify(options), () =>
      Effect.gen(function* () {
        const rateLimits = [yield* shared(options), yield* fixed({ ...options, burst: 1 })]
        for (const rateLimit of rateLimits) yield* rateLimit.make
      }).pipe(Effect.provide(memory)))
  }
})
