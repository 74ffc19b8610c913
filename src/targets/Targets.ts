/**
 * The service: every operation on targets, and the layers that make it.
 *
 * @module
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { InvalidInput } from "../client/Errors.ts"
import { CurrentRetryPolicy } from "../client/call.ts"
import * as configuration from "../client/config.ts"
import { layer as fetchLayer } from "../http/fetch.ts"
import { make } from "./make.ts"
import type { RateLimit } from "../client/RateLimit.ts"
import type { RetryPolicy } from "../client/RetryPolicy.ts"
import type { TargetsService } from "./TargetsService.ts"

/**
 * The options of a layer of {@link Targets}.
 *
 * @example
 * ```ts
 * import type { TargetsOptions } from "@effect-np6/targets"
 * import { Redacted } from "effect"
 *
 * const options: TargetsOptions = {
 *   apiKey: Redacted.make("your-key"),
 *   timeout: "10 seconds",
 * }
 * ```
 */
export interface TargetsOptions {
  /** The API key, sent as `X-Key`: printable ASCII without spaces. */
  readonly apiKey: Redacted.Redacted<string>
  /**
   * Where NP6 is. Default: `https://api-cm.np6.com`; the API page's older host is
   * `https://backoffice.mailperformance.com`. It must be https, except on loopback, without
   * credentials, query or fragment.
   */
  readonly baseUrl?: string | undefined
  /**
   * How long an attempt may take, its body included. Default: 30 seconds. `list` and `stream` may
   * take longer, as long as no silence in them does.
   */
  readonly timeout?: Duration.Input | undefined
  /** When failed calls are tried again. Default: {@link RetryPolicy.standard}. */
  readonly retry?: RetryPolicy | undefined
  /**
   * How fast requests are sent, those of all calls together. Default: {@link RateLimit.adaptive},
   * which holds nothing back until NP6 refuses a request with 429, or ten in a row go unanswered or
   * are answered 5xx: calls then wait for their turn, which is not part of `timeout`. Where somebody
   * waits for the answer, put an `Effect.timeout` around the call, or take {@link RateLimit.none}.
   */
  readonly rateLimit?: RateLimit | undefined
  /**
   * Whether the headers `traceparent` and `b3` tell NP6 about the caller's trace. Default: `false`.
   */
  readonly propagateTrace?: boolean | undefined
  /**
   * Wraps the HTTP client, once, when the layer is built: a proxy, a header, a rate limiter. It sees
   * the key and people's data; and following redirects here would hand them on. A client in the place
   * of this one, not around it, is provided to {@link Targets.layer} instead.
   */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

/**
 * The options of {@link Targets.layerConfig}: those of a layer, with the key and the base URL read
 * from configuration.
 *
 * @example
 * ```ts
 * import type { TargetsConfigOptions } from "@effect-np6/targets"
 * import { Config } from "effect"
 *
 * const options: TargetsConfigOptions = {
 *   apiKey: Config.Redacted("MARKETING_KEY"),
 * }
 * ```
 */
export interface TargetsConfigOptions extends Omit<TargetsOptions, "apiKey" | "baseUrl"> {
  /** Where the key is read. Default: `NP6_API_KEY`. */
  readonly apiKey?: Config.Config<Redacted.Redacted<string>> | undefined
  /**
   * Where the base URL is read. Default: `NP6_BASE_URL`, or `https://api-cm.np6.com` without it.
   *
   * Set but empty in the environment, it is refused. A `ConfigProvider` of your own (nested, or over
   * JSON or files), and an environment that has names like `NP6_BASE_URL_OLD` too, can't tell an
   * empty value from none: there, empty means the default.
   */
  readonly baseUrl?: Config.Config<string> | undefined
}

const TargetsBase: Context.ServiceClass<Targets, "@effect-np6/targets/Targets", TargetsService> =
  Context.Service<Targets, TargetsService>()("@effect-np6/targets/Targets")

const layer = (
  options: TargetsOptions,
): Layer.Layer<Targets, InvalidInput, HttpClient.HttpClient> => Layer.effect(Targets, make(options))

const layerFetch = (options: TargetsOptions): Layer.Layer<Targets, InvalidInput> =>
  // Its own, because it takes the `Fetch` that is provided around it.
  Layer.provide(layer(options), Layer.fresh(fetchLayer))

const configured = <R>(
  { apiKey, baseUrl, ...options }: TargetsConfigOptions = {},
  layerOf: (options: TargetsOptions) => Layer.Layer<Targets, InvalidInput, R>,
): Layer.Layer<Targets, InvalidInput | Config.ConfigError, R> =>
  Layer.unwrap(
    Effect.all({
      apiKey: apiKey ?? configuration.apiKey,
      baseUrl: baseUrl ?? configuration.baseUrl,
    }).pipe(Effect.map((config) => layerOf({ ...options, ...config }))),
  )

const provideRetryPolicy = <
  T extends Effect.Effect<unknown, unknown, unknown> | Stream.Stream<unknown, unknown, unknown>,
>(self: T, policy: RetryPolicy): T => {
  const provided = Stream.isStream(self)
    ? Stream.provideService(self, CurrentRetryPolicy, policy)
    : Effect.provideService(self, CurrentRetryPolicy, policy)
  // The reference has a default, so providing it changes none of the types that T is made of.
  return provided as T
}

/**
 * The Target API of NP6 as a service: `yield* Targets` gives a {@link TargetsService}. The layers
 * below make it, from {@link TargetsOptions} or from configuration.
 *
 * @example
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect, Redacted } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   const target = yield* targets.upsert("a@b.c", {
 *     8101: "Mr",
 *     8103: "a@b.c",
 *   })
 *   yield* targets.addToSegment(target.id, 12345)
 *   return target.id
 * })
 *
 * const live = Targets.layerFetch({ apiKey: Redacted.make("your-key") })
 * const main = Effect.provide(program, live)
 * ```
 */
export class Targets extends TargetsBase {
  /**
   * The service over whatever HTTP client is provided.
   *
   * Fails with `InvalidInput` (`operation: "np6.layer"`) when the key can't be sent in a header or the
   * base URL is refused; neither is repeated in the message. The retry budget is the layer's: build
   * it once.
   *
   * Redirects are never followed. With `FetchHttpClient` this sets its `RequestInit`; other
   * `RequestInit` settings of yours are kept when they are provided around this layer too, not to
   * `FetchHttpClient.layer` alone. On Deno it also gives each write a connection of its own, because
   * Deno's `fetch` repeats a request by itself when a connection that it used before breaks; a `client`
   * in your `RequestInit` takes that protection away. {@link Targets.layerFetch} needs that only for
   * what has no body, and costs less on both runtimes.
   *
   * @example
   * ```ts
   * import { Targets } from "@effect-np6/targets"
   * import { Layer, Redacted } from "effect"
   * import { FetchHttpClient } from "effect/http"
   *
   * const live = Targets.layer({ apiKey: Redacted.make("your-key") }).pipe(
   *   Layer.provide(FetchHttpClient.layer),
   * )
   * ```
   */
  static readonly layer: (
    options: TargetsOptions,
  ) => Layer.Layer<Targets, InvalidInput, HttpClient.HttpClient> = layer

  /**
   * The service over `fetch`: needs nothing, and under Deno only `--allow-net` for NP6's host.
   *
   * @example
   * ```ts
   * import { RetryPolicy, Targets } from "@effect-np6/targets"
   * import { Redacted } from "effect"
   *
   * const live = Targets.layerFetch({
   *   apiKey: Redacted.make("your-key"),
   *   timeout: "10 seconds",
   *   retry: RetryPolicy.none,
   * })
   * ```
   */
  static readonly layerFetch: (options: TargetsOptions) => Layer.Layer<Targets, InvalidInput> =
    layerFetch

  /**
   * The service with the key and the base URL from configuration: `NP6_API_KEY` and `NP6_BASE_URL`
   * in the environment, unless the options or the `ConfigProvider` say otherwise.
   *
   * Fails with Effect's `ConfigError` when the key is missing or empty, and with `InvalidInput` as
   * {@link Targets.layer} does: also when `NP6_BASE_URL` is set but empty in the environment, because
   * the default would send to production what was meant for elsewhere.
   *
   * Under Deno, Effect's default provider reads the whole environment, so this needs a full
   * `--allow-env`; `layer` and `layerFetch` need none.
   *
   * @example
   * ```ts
   * import { Targets } from "@effect-np6/targets"
   * import { Layer } from "effect"
   * import { FetchHttpClient } from "effect/http"
   *
   * const live = Targets.layerConfig().pipe(
   *   Layer.provide(FetchHttpClient.layer),
   * )
   * ```
   */
  static readonly layerConfig: (
    options?: TargetsConfigOptions,
  ) => Layer.Layer<Targets, InvalidInput | Config.ConfigError, HttpClient.HttpClient> = (
    options,
  ) => configured(options, layer)

  /**
   * The service over `fetch` with the key and the base URL from configuration: {@link Targets.layerFetch}
   * and {@link Targets.layerConfig} in one.
   *
   * @example
   * ```ts
   * import { Targets } from "@effect-np6/targets"
   * import { Effect } from "effect"
   *
   * const main = Targets.use((targets) => targets.get("000MLGPR")).pipe(
   *   Effect.provide(Targets.layerFetchConfig()),
   * )
   * ```
   */
  static readonly layerFetchConfig: (
    options?: TargetsConfigOptions,
  ) => Layer.Layer<Targets, InvalidInput | Config.ConfigError> = (options) =>
    configured(options, layerFetch)

  /**
   * Sets the retry policy for all calls in a scope, over the layer's, without a change to the calls.
   * Takes an effect or a stream and gives it back with the same type.
   *
   * @example
   * ```ts
   * import { RetryPolicy, Targets } from "@effect-np6/targets"
   * import { Effect } from "effect"
   *
   * const patient = RetryPolicy.maxRetries(RetryPolicy.standard, 5)
   *
   * const program = Effect.gen(function* () {
   *   const targets = yield* Targets
   *   return yield* targets.get("000MLGPR")
   * }).pipe(Targets.withRetryPolicy(patient))
   * ```
   */
  static readonly withRetryPolicy: (
    policy: RetryPolicy,
  ) => <
    T extends
      | Effect.Effect<unknown, unknown, unknown>
      | Stream.Stream<unknown, unknown, unknown>,
  >(
    self: T,
  ) => T = (policy) => (self) => provideRetryPolicy(self, policy)
}
