import { assert, describe, it } from "@effect/vitest"
import { Np6, type Np6ConfigOptions, Targets } from "@effect-np6/targets"
import { Config, ConfigProvider, Effect, Exit, Layer } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { inspect } from "node:util"
import { sampleTarget } from "../harness/recording.ts"

interface Sent {
  readonly url: string
  readonly key: string | null
  readonly proxy: string | null
}

type Env = Record<string, string>

const layers = {
  layerConfig: (options?: Np6ConfigOptions) =>
    Layer.provide(Layer.provide(Targets.layer, Np6.layerConfig(options)), FetchHttpClient.layer),
  layerFetchConfig: Targets.layerFetchConfig,
}

/** The one request of a call, with settings from a provider. */
const send = (
  layer: (typeof layers)[keyof typeof layers],
  provider: ConfigProvider.ConfigProvider,
  options?: Np6ConfigOptions,
) =>
  Effect.gen(function* () {
    const sent: Array<Sent> = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      const { headers, url } = new Request(input, init)
      sent.push({ url, key: headers.get("x-key"), proxy: headers.get("x-proxy") })
      return Promise.resolve(Response.json(sampleTarget))
    }
    yield* Targets.use((targets) => targets.get("000MLGPR")).pipe(
      Effect.provide(layer(options)),
      Effect.provideService(FetchHttpClient.Fetch, fetch),
      Effect.provideService(ConfigProvider.ConfigProvider, provider),
    )
    return sent
  })

const np6 = "https://api-cm.np6.com/targets/000MLGPR"
const staging = "https://staging.example.com/targets/000MLGPR"
const elsewhere = {
  apiKey: Config.Redacted("MARKETING_KEY"),
  baseUrl: Config.String("MARKETING_URL"),
}

const taken: ReadonlyArray<
  readonly [
    name: string,
    env: Env,
    sent: Partial<Sent>,
    options?: Np6ConfigOptions,
  ]
> = [
  [
    "the key and the base URL",
    { NP6_API_KEY: "a-key", NP6_BASE_URL: "https://staging.example.com" },
    { key: "a-key", url: staging },
  ],
  ["NP6's own address where there is no base URL", { NP6_API_KEY: "a-key" }, { url: np6 }],
  [
    "NP6's own address where the base URL is empty",
    { NP6_API_KEY: "a-key", NP6_BASE_URL: "" },
    { url: np6 },
  ],
  // Names that begin as the variable's does, which Effect lists part by part.
  ...["NP6_BASE", "NP6_BASE_0", "NP6_BASE_PATH", "NP6_BASE_URL_OLD", "NP6_URL"].map((name) =>
    [
      `no base URL from ${name}`,
      { NP6_API_KEY: "a-key", [name]: "https://staging.example.com" },
      { url: np6 },
    ] as const
  ),
  [
    "other variables when told to",
    {
      NP6_API_KEY: "a-key",
      NP6_BASE_URL: "",
      MARKETING_KEY: "other-key",
      MARKETING_URL: "https://staging.example.com",
    },
    { key: "other-key", url: staging },
    elsewhere,
  ],
  [
    "the other options as they are",
    { NP6_API_KEY: "a-key" },
    { key: "a-key", url: np6, proxy: "yes" },
    { transformClient: HttpClient.mapRequest(HttpClientRequest.setHeader("x-proxy", "yes")) },
  ],
]

const noKey =
  "NP6_API_KEY is not set. Set it, or pass the `apiKey` option to read the key from somewhere else."
const withKey = { NP6_API_KEY: "canary" }

const refused: ReadonlyArray<
  readonly [
    name: string,
    env: Env,
    tag: "ConfigError" | "InvalidInput",
    words: string,
    options?: Np6ConfigOptions,
  ]
> = [
  ["without a key", {}, "ConfigError", noKey],
  ["with an empty key", { NP6_API_KEY: "" }, "ConfigError", noKey],
  [
    "with a key that has a line break",
    { NP6_API_KEY: "canary\n" },
    "InvalidInput",
    "apiKey is refused: it holds a space, a line break",
  ],
  [
    "with a base URL of spaces",
    { ...withKey, NP6_BASE_URL: "  " },
    "InvalidInput",
    "baseUrl is refused: it is not an absolute URL",
  ],
  [
    "with a base URL that holds the key",
    { ...withKey, NP6_BASE_URL: "https://canary@staging.example.com" },
    "InvalidInput",
    "baseUrl is refused: it holds a user name or a password",
  ],
  [
    "without the key's own variable",
    { ...withKey, MARKETING_URL: "https://staging.example.com" },
    "ConfigError",
    "MARKETING_KEY",
    elsewhere,
  ],
  [
    "without the base URL's own variable",
    { ...withKey, MARKETING_KEY: "canary", MARKETING_URL: "" },
    "ConfigError",
    "MARKETING_URL",
    elsewhere,
  ],
]

for (const [name, layer] of Object.entries(layers)) {
  describe(name, () => {
    for (const [what, env, sent, options] of taken) {
      it.effect(`takes ${what}`, () =>
        Effect.gen(function* () {
          const requests = yield* send(layer, ConfigProvider.fromEnv({ env }), options)
          assert.lengthOf(requests, 1)
          assert.deepInclude(requests[0], sent)
        }))
    }

    for (const [what, env, tag, words, options] of refused) {
      it.effect(`${what} fails, and says so without the key`, () =>
        Effect.gen(function* () {
          const providers = [ConfigProvider.fromEnv({ env })]
          if (tag === "InvalidInput") {
            // Refused too when the provider hands on what is empty.
            providers.push(ConfigProvider.fromEnv({ env, preserveEmptyStrings: true }))
          }
          for (const provider of providers) {
            const error = yield* Effect.flip(send(layer, provider, options))
            assert.strictEqual(error._tag, tag)
            assert.include(error.message, words)
            const shown = `${error.message}${error}${inspect(error, { depth: 20 })}`
            assert.notInclude(shown, "canary")
          }
        }))
    }

    it.effect("says when the source of the settings fails", () =>
      Effect.gen(function* () {
        const down = new ConfigProvider.SourceError({ message: "the vault is sealed" })
        const vault = ConfigProvider.make(() => Effect.fail(down))
        const error = yield* Effect.flip(send(layer, vault))
        assert.strictEqual(error._tag, "ConfigError")
        assert.include(error.message, "the vault is sealed")
      }))

    it.effect("says what to allow where Deno doesn't let the environment be read", () =>
      Effect.gen(function* () {
        const denied = Object.assign(new Error("Requires env access"), { name: "NotCapable" })
        const error = yield* Effect.flip(send(layer, ConfigProvider.make(() => Effect.die(denied))))
        assert.strictEqual(error._tag, "ConfigError")
        assert.include(error.message, "--allow-env")
      }))

    it.effect("leaves a bug in the source of the settings a defect", () =>
      Effect.gen(function* () {
        const bug = new Error("a bug")
        const exit = yield* Effect.exit(send(layer, ConfigProvider.make(() => Effect.die(bug))))
        assert.deepStrictEqual(exit, Exit.die(bug))
      }))

    it.effect("needs of a source no more than the two settings", () =>
      Effect.gen(function* () {
        const vault = ConfigProvider.make((path) =>
          path.length > 1
            ? Effect.fail(new ConfigProvider.SourceError({ message: "there are no folders" }))
            : Effect.succeed(
              path[0] === "NP6_API_KEY" ? ConfigProvider.makeValue("a-key") : undefined,
            )
        )
        const exit = yield* Effect.exit(send(layer, vault))
        assert.deepStrictEqual(exit, Exit.succeed([{ url: np6, key: "a-key", proxy: null }]))
      }))
  })
}
