import { assert, describe, it } from "@effect/vitest"
import { type InvalidInput, Np6, type Np6Options, Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { type Config, ConfigProvider, Effect, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { inspect } from "node:util"
import { recording, status } from "../../harness/recording.ts"
import { canaries } from "../../harness/leaks/canaries.ts"
import { calls } from "../../harness/leaks/situations.ts"
import { walk } from "../../harness/leaks/views.ts"
import { assertClean, assertNothingLeaks, watch } from "../../harness/leaks/watch.ts"

const { address, key } = canaries
const apiKey = Redacted.make(key)

const build = (
  layer: Layer.Layer<Targets, InvalidInput | Config.ConfigError>,
): Effect.Effect<unknown, unknown> => Effect.scoped(Layer.build(layer))

const buildConfig = (env: Record<string, unknown>) =>
  build(Layer.provide(Layer.provide(Targets.layer, Np6.layerConfig()), FetchHttpClient.layer)).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env))),
  )

// Wrong in every way that an option can be, with the canaries in what is wrong.
const options: ReadonlyArray<object> = [
  ...[" ", "\n", "\r\nx-key: ", "\u0000", "é", "\u007f", "\ud800"].flatMap((bad) => [
    { apiKey: Redacted.make(`${key}${bad}`) },
    { apiKey: Redacted.make(`${bad}${key}`) },
    { apiKey: Redacted.make(`${key}${bad}${address}`) },
  ]),
  ...[key, { key }, [key], { toString: () => key }, Redacted.make({ key }), Redacted.make([key])]
    .map((
      apiKey,
    ) => ({ apiKey })),
  ...[
    key,
    `http://${address}`,
    `http://np6.example/${key}`,
    `https://${key}@np6.example`,
    `https://user:${key}@np6.example`,
    `https://np6.example/?key=${key}`,
    `https://np6.example/#${key}`,
    `ftp://np6.example/${key}`,
    `https://${key} ${address}`,
    `https://np6.example:${key}`,
    `https://[${key}]`,
    { href: key },
  ].map((baseUrl) => ({ baseUrl })),
  ...[key, { key }, [key]].map((timeout) => ({ timeout })),
]

describe("nothing leaks when a layer is refused for", () => {
  for (const [index, option] of options.entries()) {
    it.effect(`${Object.keys(option)[0]} ${index}`, () =>
      Effect.gen(function* () {
        const layer = Targets.layerFetch({ apiKey, ...option } as Np6Options)
        const seen = yield* watch(build(layer))
        assert.strictEqual(seen.exit._tag, "Failure")
        assertNothingLeaks(seen)
      }))
  }

  const settings: { readonly [name: string]: Record<string, unknown> } = {
    "a key with a line break": { NP6_API_KEY: `${key}\n` },
    "a key that is an object": { NP6_API_KEY: { [key]: key } },
    "a key that is a list": { NP6_API_KEY: [key, key] },
    "a key under another name": { NP6_APIKEY: key },
    "a base URL that is the key": { NP6_API_KEY: key, NP6_BASE_URL: key },
    "a base URL with the key": { NP6_API_KEY: key, NP6_BASE_URL: `https://${key}@np6.example` },
  }
  for (const [name, env] of Object.entries(settings)) {
    it.effect(`a setting, ${name}`, () =>
      Effect.gen(function* () {
        const seen = yield* watch(buildConfig(env))
        assert.strictEqual(seen.exit._tag, "Failure")
        assertNothingLeaks(seen)
      }))
  }
})

describe("nothing is seen of the key in", () => {
  const options: Np6Options = { apiKey, baseUrl: "https://np6.example/" }
  const show = (value: unknown): ReadonlyArray<string> => [
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    inspect(value, { depth: Infinity, customInspect: false }),
    String(value),
    JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part) ?? "",
    walk(value),
  ]
  // What a layer captured is in a closure; its options are the caller's own.
  it("the options", () => assertClean(show(options)))
  it("a layer", () => assertClean(show(Targets.layerFetch(options))))
  it("a layer from configuration", () =>
    assertClean(show(Layer.provide(Targets.layer, Np6.layerConfig()))))
  it.effect("the service, its operations, and the effects that they make", () => {
    const { layer } = recording([status(500)], options)
    return Effect.gen(function* () {
      const targets = yield* Targets
      assertClean(show(targets))
      assertClean(show(targets.withResponse))
      for (const { run } of calls) assertClean(show(run(targets)))
    }).pipe(Effect.provide(layer))
  })
  it.effect("the sandbox, its client and its log", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const targets = yield* Targets
      yield* Effect.exit(Stream.runDrain(targets.stream))
      assertClean(show(sandbox))
      assertClean(show(yield* sandbox.requests))
      assertClean(show(Sandbox.layerTargets(options)))
    }).pipe(Effect.provide(Sandbox.layerTargets({ apiKey }))))

  it("and all of these would show it", () => {
    for (const text of show({ inside: { [key]: new Map([[1, { key }]]) } }).slice(0, 2)) {
      assert.throws(() => assertClean([text]))
    }
    assert.throws(() => assertClean([walk({ inside: new Map([[1, { hidden: key }]]) })]))
  })
})

describe("a seed that is refused", () => {
  // It names the field or the label that it doesn't know: a seed is a test's own data.
  it.effect("doesn't show its keys", () =>
    Effect.gen(function* () {
      const bad = [
        { keys: [{ name: "a", value: key, permissions: [key] }] },
        { keys: [{ name: "a", value: `${key}\n`, permissions: [] }] },
        { keys: { [key]: key } },
        {
          keys: [{ name: "a", value: key, permissions: [] }, {
            name: "b",
            value: key,
            permissions: [],
          }],
        },
      ]
      for (const seed of bad) {
        const layer = Sandbox.layerWith(seed as never)
        const seen = yield* watch(Effect.scoped(Layer.build(layer)))
        assert.strictEqual(seen.exit._tag, "Failure")
        assertNothingLeaks(seen)
      }
    }))
})
