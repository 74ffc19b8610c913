/**
 * What a connection reads from configuration where its options don't say otherwise.
 *
 * @module
 */
import * as Config from "effect/Config"
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
