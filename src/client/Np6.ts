/**
 * The connection to one NP6 account: key, base URL, timeout, retries and rate limit. Services such as
 * `Targets` and `Account` share it.
 *
 * @module
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { guarded, makeFetchClient, type Send } from "../http/fetch.ts"
import * as config from "./config.ts"
import { InvalidInput } from "./Errors.ts"
import type { Gate } from "./Gate.ts"
import { adaptive, type RateLimit } from "./RateLimit.ts"
import { CurrentRetryPolicy, type Spending } from "./replay.ts"
import { type RetryPolicy, standard } from "./RetryPolicy.ts"

/** The options of a connection: {@link Np6.layer} and {@link Np6.layerFetch} take them. */
export interface Np6Options {
  /** The API key, sent as `X-Key`: printable ASCII without spaces. */
  readonly apiKey: Redacted.Redacted<string>
  /**
   * The URL of NP6. Default: `https://api-cm.np6.com`; the API page's older host is
   * `https://backoffice.mailperformance.com`. It must be https, except on loopback and for the hosts
   * of `allowHttp`, without credentials, query or fragment.
   */
  readonly baseUrl?: string | undefined
  /**
   * The names of hosts that may be reached over plain http, such as `["np6"]` for a sandbox in a
   * container network. Key and contacts are readable for everybody on the way. Default: loopback
   * alone.
   */
  readonly allowHttp?: ReadonlyArray<string> | undefined
  /**
   * How long an attempt may take, with its body. Default: 30 seconds. For `list` and `stream` it
   * limits the gap between two chunks, not the whole transfer.
   */
  readonly timeout?: Duration.Input | undefined
  /** When failed calls are retried. Default: {@link RetryPolicy.standard}. */
  readonly retry?: RetryPolicy | undefined
  /** How fast requests are sent, those of all calls together. Default: {@link RateLimit.adaptive}. */
  readonly rateLimit?: RateLimit | undefined
  /**
   * Whether requests carry the caller's trace to NP6, in the headers `traceparent` and `b3`.
   * Default: `false`.
   */
  readonly propagateTrace?: boolean | undefined
  /**
   * Wraps the HTTP client, once, when the layer is built: to add a header, or to log. It sees the key
   * and people's data.
   *
   * Don't follow redirects here, which would hand both to another host, and don't retry: `applied` in
   * errors is only true of requests that this library sent itself. To use another client, provide it
   * to {@link Np6.layer}.
   */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

/**
 * The options of {@link Np6.layerConfig} and {@link Np6.layerFetchConfig}: those of a connection, with
 * the key and the base URL read from configuration.
 */
export interface Np6ConfigOptions extends Omit<Np6Options, "apiKey" | "baseUrl"> {
  /** Where the key is read. Default: `NP6_API_KEY`. */
  readonly apiKey?: Config.Config<Redacted.Redacted<string>> | undefined
  /**
   * Where the base URL is read. Default: `NP6_BASE_URL`, or `https://api-cm.np6.com` where that is
   * not set, or empty.
   */
  readonly baseUrl?: Config.Config<string> | undefined
}

/** A checked connection. Services send their calls with it; programs don't need to look into it. */
export interface Np6Connection {
  /** Sends a request. */
  readonly send: Send
  /** The base URL, with a slash at its end. */
  readonly baseUrl: URL
  /** The key. */
  readonly apiKey: Redacted.Redacted<string>
  /** How long an attempt may take. */
  readonly timeout: Duration.Duration
  /** The retry policy, where a scope sets no other. */
  readonly retry: RetryPolicy
  /** What each attempt passes. */
  readonly gate: Gate
  /** Whether requests carry the caller's trace. */
  readonly propagateTrace: boolean
  /** Whether the caller's own code runs within a call, and may look at its span. */
  readonly isObserved: boolean
  /** The retries that its calls have spent. */
  readonly spending: Spending
}

const Np6Base: Context.ServiceClass<Np6, "@effect-np6/targets/Np6", Np6Connection> = Context
  .Service<Np6, Np6Connection>()("@effect-np6/targets/Np6")

const refusal = (input: string, problem: string): InvalidInput =>
  new InvalidInput({ operation: "np6.layer", applied: "no", attempts: 0, input, problem })

const valueOf = (redacted: Redacted.Redacted<unknown>): unknown => {
  try {
    return Redacted.value(redacted)
  } catch {
    // It was wiped, or another copy of Effect made it.
    return undefined
  }
}

const checkKey = (apiKey: unknown): string | InvalidInput => {
  const refuse = (problem: string) => refusal("apiKey", problem)
  if (!Redacted.isRedacted(apiKey)) {
    return refuse("it is not Redacted: wrap it with Redacted.make, which keeps it out of logs")
  }
  const key = valueOf(apiKey)
  if (key === undefined) {
    return refuse("it can't be read: it was wiped, or made by another copy of `effect`")
  }
  if (typeof key !== "string" || key === "") return refuse("it is empty")
  return /^[\x21-\x7e]+$/.test(key) ? key : refuse(
    "it holds a space, a line break or another character that a header can't carry: perhaps one that was pasted with it",
  )
}

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
  /^127(?:\.\d{1,3}){3}$/.test(hostname)

const parseUrl = (text: string): URL | undefined => {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

const isHostName = (name: unknown): name is string =>
  typeof name === "string" && parseUrl(`http://${name}`)?.hostname === name.toLowerCase()

/** The hosts of `allowHttp`, as URLs write them; `undefined` where one of them is none. */
const readHosts = (names: unknown): ReadonlyArray<string> | undefined =>
  Array.isArray(names) && names.every(isHostName)
    ? names.map((name) => name.toLowerCase())
    : undefined

const checkBase = (
  baseUrl: string,
  allowHttp: ReadonlyArray<string>,
): URL | InvalidInput => {
  const refuse = (problem: string) => refusal("baseUrl", problem)
  if (baseUrl === "") return refuse("it is empty: leave it out for https://api-cm.np6.com")
  const url = parseUrl(baseUrl)
  if (url === undefined) {
    return refuse("it is not an absolute URL, such as https://api-cm.np6.com")
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("it holds a user name or a password")
  }
  // An empty query or fragment leaves no trace in the parsed URL.
  if (/[?#]/.test(baseUrl)) return refuse("it holds a query or a fragment")
  const isAllowed = url.protocol === "https:" ||
    (url.protocol === "http:" &&
      (isLoopback(url.hostname) || allowHttp.includes(url.hostname)))
  if (!isAllowed) {
    return refuse(
      url.protocol === "http:"
        ? "it is plain http, which shows the key and people's data to everybody on the way: use https, or name the host in `allowHttp` where the network is your own"
        : "it is not an https URL",
    )
  }
  if (!url.pathname.endsWith("/")) url.pathname = `${url.pathname}/`
  return url
}

const checkTimeout = (input: Duration.Input): Duration.Duration | InvalidInput => {
  const timeout = Option.getOrUndefined(Duration.fromInput(input))
  return timeout !== undefined && Duration.isGreaterThan(timeout, Duration.zero)
    ? timeout
    : refusal("timeout", 'it is not a duration above zero, such as "30 seconds"')
}

/** Checks the options and makes the connection; `isLean` says whether the client is our own. */
const connect = Effect.fnUntraced(function* (
  options: Np6Options,
  client: HttpClient.HttpClient,
  isLean: boolean,
): Effect.fn.Return<Np6Connection, InvalidInput, Scope.Scope> {
  const key = checkKey(options.apiKey)
  if (typeof key !== "string") return yield* key
  const allowHttp = readHosts(options.allowHttp ?? [])
  if (allowHttp === undefined) {
    return yield* refusal(
      "allowHttp",
      'it is not an array of host names, such as ["np6"], without `http://` and port',
    )
  }
  const baseUrl = checkBase(options.baseUrl ?? "https://api-cm.np6.com", allowHttp)
  if (!(baseUrl instanceof URL)) return yield* baseUrl
  const timeout = checkTimeout(options.timeout ?? "30 seconds")
  if (!Duration.isDuration(timeout)) return yield* timeout
  return {
    send: yield* guarded(options.transformClient?.(client) ?? client, isLean),
    baseUrl,
    // A copy, so that the caller can wipe its own.
    apiKey: Redacted.make(key),
    timeout,
    retry: options.retry ?? standard,
    gate: yield* Effect.mapError(
      (options.rateLimit ?? adaptive).make,
      ({ input, problem }) => refusal(input, problem),
    ),
    propagateTrace: options.propagateTrace ?? false,
    isObserved: options.transformClient !== undefined,
    spending: { spent: 0 },
  }
})

const layer = (options: Np6Options): Layer.Layer<Np6, InvalidInput, HttpClient.HttpClient> =>
  Layer.effect(
    Np6,
    Effect.flatMap(HttpClient.HttpClient, (client) => connect(options, client, false)),
  )

const layerFetch = (options: Np6Options): Layer.Layer<Np6, InvalidInput> =>
  Layer.effect(
    Np6,
    Effect.contextWith((context: Context.Context<never>) =>
      connect(
        options,
        makeFetchClient(Context.getOrUndefined(context, FetchHttpClient.Fetch)),
        true,
      )
    ),
  )

const configured = <R>(
  { apiKey, baseUrl, ...options }: Np6ConfigOptions = {},
  layerOf: (options: Np6Options) => Layer.Layer<Np6, InvalidInput, R>,
): Layer.Layer<Np6, InvalidInput | Config.ConfigError, R> =>
  Layer.unwrap(
    Effect.gen(function* () {
      return layerOf({
        ...options,
        apiKey: yield* config.readConfig(apiKey ?? config.apiKey),
        baseUrl: yield* config.readConfig(baseUrl ?? config.baseUrl),
      })
    }),
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
 * The connection to one NP6 account, shared by all services on it: one key, one rate limit, one retry
 * budget.
 *
 * Each layer fails with `InvalidInput` (`operation: "np6.layer"`) where an option can't be used; the
 * message repeats neither the key nor the URL. Build a layer once: each build has a rate limit and a
 * retry budget of its own.
 *
 * Redirects are never followed. Responses come from no cache. What Deno's and Bun's `fetch` would
 * send twice is sent once; other clients than `fetch`, and HTTP/2 on other runtimes, may repeat
 * requests on their own.
 *
 * @example
 * ```ts
 * import { Np6, RateLimit, Targets } from "@effect-np6/targets"
 * import { Effect, Layer } from "effect"
 *
 * // One connection for all services; the key is in NP6_API_KEY.
 * const live = Targets.layer.pipe(
 *   Layer.provideMerge(Np6.layerFetchConfig({ rateLimit: RateLimit.fixed({ limit: 50 }) })),
 * )
 *
 * const main = Targets.use((targets) => targets.get("000MLGPR")).pipe(Effect.provide(live))
 * ```
 */
export class Np6 extends Np6Base {
  /**
   * The connection over the HTTP client that is provided.
   *
   * A client that repeats requests by itself (`HttpClient.retryTransient`, undici's retry
   * interceptor) makes `applied` untrue. Over `FetchHttpClient` on Deno, each write has a connection of
   * its own, because Deno would repeat it otherwise; {@link Np6.layerFetch} shares connections.
   *
   * @example
   * ```ts
   * import { Np6, Targets } from "@effect-np6/targets"
   * import { Layer, Redacted } from "effect"
   * import { FetchHttpClient } from "effect/http"
   *
   * const live = Targets.layer.pipe(
   *   Layer.provide(Np6.layer({ apiKey: Redacted.make("your-key") })),
   *   Layer.provide(FetchHttpClient.layer),
   * )
   * ```
   */
  static readonly layer: (
    options: Np6Options,
  ) => Layer.Layer<Np6, InvalidInput, HttpClient.HttpClient> = layer

  /**
   * The connection over `fetch`: the one that is global when a request is sent, unless Effect's
   * `FetchHttpClient.Fetch` is provided. Needs nothing, and on Deno only `--allow-net` for NP6's host.
   */
  static readonly layerFetch: (options: Np6Options) => Layer.Layer<Np6, InvalidInput> = layerFetch

  /**
   * {@link Np6.layer} with the key and the base URL from configuration: `NP6_API_KEY` and
   * `NP6_BASE_URL` in the environment, unless the options or the `ConfigProvider` say otherwise.
   *
   * Fails with Effect's `ConfigError` where the key is missing or empty. On Deno, Effect's default
   * provider reads the whole environment, so this needs `--allow-env`.
   */
  static readonly layerConfig: (
    options?: Np6ConfigOptions,
  ) => Layer.Layer<Np6, InvalidInput | Config.ConfigError, HttpClient.HttpClient> = (options) =>
    configured(options, layer)

  /** {@link Np6.layerFetch} with the key and the base URL from configuration. */
  static readonly layerFetchConfig: (
    options?: Np6ConfigOptions,
  ) => Layer.Layer<Np6, InvalidInput | Config.ConfigError> = (options) =>
    configured(options, layerFetch)

  /**
   * Sets the retry policy for all calls in a scope, over the connection's. Takes an effect or a stream
   * and gives it back with the same type.
   *
   * @example
   * ```ts
   * import { Np6, RetryPolicy, Targets } from "@effect-np6/targets"
   *
   * const once = Targets.use((targets) => targets.get("000MLGPR")).pipe(
   *   Np6.withRetryPolicy(RetryPolicy.none),
   * )
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
