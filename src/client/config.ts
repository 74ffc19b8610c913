/**
 * What a connection reads from configuration where its options don't say otherwise.
 *
 * @module
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** The API key. */
export const apiKey: Config.Config<Redacted.Redacted<string>> = Config.schema(
  Schema.Redacted(Schema.String.annotate({
    message:
      "NP6_API_KEY is not set. Set it, or pass the `apiKey` option to read the key from somewhere else.",
  })),
  "NP6_API_KEY",
)

/** The base URL, or `undefined` for the default. */
export const baseUrl: Config.Config<string | undefined> = Config.withDefault(
  Config.String("NP6_BASE_URL"),
  undefined,
)

/**
 * Reads configuration. Where Deno doesn't let Effect's default provider read the environment, that is
 * a defect of the provider: it becomes the error that a source which can't be read is.
 */
export const readConfig = <A>(config: Config.Config<A>): Effect.Effect<A, Config.ConfigError> =>
  Effect.catchDefect(
    config,
    (defect) =>
      Predicate.hasProperty(defect, "name") && defect.name === "NotCapable"
        ? Effect.fail(new Config.ConfigError(new ConfigProvider.SourceError({ message: denied })))
        : Effect.die(defect),
  )

const denied =
  "the environment may not be read. Under Deno, allow it with --allow-env, or provide a ConfigProvider"
