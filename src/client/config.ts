/**
 * What a layer reads from configuration, where its options don't say otherwise.
 *
 * @module
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** The API key, with words of its own for when it isn't there: the schema's tell of a string. */
export const apiKey: Config.Config<Redacted.Redacted<string>> = Config.schema(
  Schema.Redacted(Schema.String.annotate({
    message:
      "There is no API key: set NP6_API_KEY to it, or say with the option `apiKey` where else it is",
  })),
  "NP6_API_KEY",
)

const variable = ["NP6", "BASE", "URL"]

/**
 * `""` when the variable is set but empty. Effect's providers give no value for it then, as if it
 * weren't there; but they still list the names of an environment, part by part.
 */
const empty = Effect.gen(function* () {
  const provider = yield* ConfigProvider.ConfigProvider
  const named = yield* provider.load(variable.slice(0, -1))
  const isSet = named?._tag === "Record" && named.keys.has("URL")
  return isSet && (yield* provider.load(variable)) === undefined ? "" : undefined
})

/**
 * The base URL, or `undefined` for the default. An empty one is handed on, to be refused: somebody
 * meant another place than production, and production would get the requests.
 */
export const baseUrl: Effect.Effect<string | undefined, Config.ConfigError> = Effect.flatMap(
  Config.withDefault(Config.String(variable.join("_")), undefined),
  (value) =>
    value === undefined
      // A source that can't list names has said already that it has no value.
      ? Effect.orElseSucceed(empty, () => undefined)
      : Effect.succeed(value),
)
