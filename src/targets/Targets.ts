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
import type { Answer } from "../client/Np6Response.ts"
import type {
  ClientFailure,
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  Unauthorized,
} from "../client/Errors.ts"
import type { FieldValues } from "../data/Field.ts"
import { CurrentRetryPolicy } from "../client/call.ts"
import * as configuration from "../client/config.ts"
import { layer as fetchLayer } from "../http/fetch.ts"
import { make } from "./make.ts"
import type { RateLimit } from "../client/RateLimit.ts"
import type { RetryPolicy } from "../client/RetryPolicy.ts"
import type { DeletionReport, Selection } from "../data/Selection.ts"
import type { ListedTarget, Target } from "../data/Target.ts"
import type { UnicityInput } from "../data/Unicity.ts"

/**
 * The operations on targets that give one answer: what {@link TargetsService} has, and what its
 * `withResponse` has with the answer around each value.
 *
 * Identifiers and values are plain strings, numbers and objects; a bad one is `InvalidInput` in the
 * error channel, and nothing is sent. Each operation's error type is what the API page documents for
 * its endpoint, and {@link ClientFailure}.
 *
 * Values that are written: `null` clears a field, `[]` a multiple-select list, and a field that
 * isn't named keeps its value. In a {@link Target} that is read, a field without a value is `null`.
 *
 * An attempt is *unanswered* when it may have been applied and no answer says whether it was: the
 * answer was lost, or it is a 5xx or 408. All operations but `create` may be replayed then, because
 * doing them twice is doing them once; where NP6 answers the replay otherwise than it would have
 * answered the first attempt, the operation says below what counts as success.
 *
 * @example
 * ```ts
 * import type { TargetsOperations } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * // Asks for no more than it uses, so a test can pass two functions.
 * const subscribe = (
 *   targets: Pick<TargetsOperations, "upsert" | "addToSegment">,
 *   email: string,
 * ) =>
 *   Effect.gen(function* () {
 *     const { id } = yield* targets.upsert(email, { 8103: email })
 *     yield* targets.addToSegment(id, 12345).pipe(
 *       Effect.catchTag("Conflict", () => Effect.void), // is in it
 *     )
 *     return id
 *   })
 * ```
 */
export interface TargetsOperations {
  /**
   * All targets of the account, as one array: `GET /targets`.
   *
   * The endpoint has no pages and no filter, so this holds the whole account in memory; `stream`
   * doesn't. NP6's current documentation no longer mentions it. `[]` says that the account has no
   * targets: a list that breaks off is asked for again or fails, and is never returned short.
   */
  readonly list: Effect.Effect<
    ReadonlyArray<ListedTarget>,
    Unauthorized | Forbidden | ClientFailure
  >
  /** The target with an id: `GET /targets/{id}`. Fails with `NotFound` when there is none. */
  readonly get: (
    id: string,
  ) => Effect.Effect<Target, Unauthorized | Forbidden | NotFound | ClientFailure>
  /**
   * The target with a unicity: `GET /targets?unicity=…`. Fails with `NotFound` when there is none,
   * whether NP6 says so with 404 or with `null`, `{}` or `[]` in place of a target.
   */
  readonly getByUnicity: (
    unicity: UnicityInput,
  ) => Effect.Effect<Target, Unauthorized | Forbidden | NotFound | ClientFailure>
  /**
   * Creates the target with a unicity, or updates the one that has it: `PUT /targets?unicity=…`.
   *
   * Put the unicity's own field among the values as well: of NP6's two descriptions of this request,
   * one finds it in the query and one in the body. It must be the same in both: another one in the
   * body may rename the target, and a replay would then look for the old name. Fields that aren't named keep their values. There
   * is no `NotFound` and no `Conflict`: NP6 documents neither here, so a 404 or a 409 is
   * `UnexpectedResponse`.
   */
  readonly upsert: (
    unicity: UnicityInput,
    values: FieldValues,
  ) => Effect.Effect<Target, Unauthorized | Forbidden | ClientFailure>
  /**
   * Creates a target: `POST /targets`. Fails with `Conflict` (`UnicityTaken`) when there is one with
   * its unicity. The values must hold the unicity; `{}` is `InvalidInput`.
   *
   * Not replayed when an attempt may have been applied, unless {@link RetryPolicy.replayCreate} says
   * so. Then a 409 stays `Conflict`, with `applied: "unknown"`: the target that is there may be what
   * the first attempt made.
   */
  readonly create: (
    values: FieldValues,
  ) => Effect.Effect<Target, Unauthorized | Forbidden | Conflict | ClientFailure>
  /**
   * Updates the target with an id: `PUT /targets/{id}`. Fields that aren't named keep their values.
   * Fails with `NotFound` when there is none, and with `Conflict` (`UnicityTaken`) when another
   * target has the new unicity.
   */
  readonly update: (
    id: string,
    values: FieldValues,
  ) => Effect.Effect<Target, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure>
  /**
   * Adds a target to a static segment: `POST /targets/{id}/segments/{segment}`. Fails with
   * `NotFound` when there is no such target or segment, and with `Conflict` (`AlreadyInSegment`) when
   * the target is in there; after an unanswered attempt that is success. (Whether NP6 also answers
   * 409 for a dynamic segment is not documented; if it does, that would be taken for success then.)
   */
  readonly addToSegment: (
    id: string,
    segment: number,
  ) => Effect.Effect<void, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure>
  /**
   * Removes a target from a static segment: `DELETE /targets/{id}/segments/{segment}`. Fails with
   * `NotFound` when there is no such target or segment, and with `Conflict` (`DynamicSegment`) when a
   * query decides who is in it; after an unanswered attempt, 404 is success. NP6 doesn't document
   * what it answers for a target that isn't in the segment.
   */
  readonly removeFromSegment: (
    id: string,
    segment: number,
  ) => Effect.Effect<void, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure>
  /**
   * Deletes a target: `DELETE /targets/{id}`. Fails with `NotFound` when there is none; after an
   * unanswered attempt, 404 is success.
   */
  readonly delete: (
    id: string,
  ) => Effect.Effect<void, Unauthorized | Forbidden | NotFound | ClientFailure>
  /**
   * Deletes the targets of a selection: `DELETE /targets` with the selection as its body.
   *
   * `NotFound` when NP6 finds none of them; those of several that it doesn't find are just not in the
   * report. After an unanswered attempt, 404 is success, and the report says that it is incomplete:
   * an empty `deleted` means "nothing" only where `complete` is `true`.
   */
  readonly deleteMany: (
    selection: Selection,
  ) => Effect.Effect<DeletionReport, Unauthorized | Forbidden | NotFound | ClientFailure>
}

/**
 * The operations with each value in its {@link Answer}: status, headers, request id, attempts.
 *
 * @example
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const requestId = Effect.gen(function* () {
 *   const { withResponse } = yield* Targets
 *   const answer = yield* withResponse.upsert("a@b.c", { 8103: "a@b.c" })
 *   return answer.requestId
 * })
 * ```
 */
export type WithResponse<Operations> = {
  readonly [O in keyof Operations]: Operations[O] extends
    (...args: infer Args) => Effect.Effect<infer A, infer E>
    ? (...args: Args) => Effect.Effect<Answer<A>, E>
    : Operations[O] extends Effect.Effect<infer A, infer E> ? Effect.Effect<Answer<A>, E>
    : never
}

/**
 * What {@link Targets} provides: the {@link TargetsOperations}, the list as a stream, and
 * `withResponse`.
 *
 * @example
 * ```ts
 * import type { TargetsService } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const count = (targets: TargetsService) =>
 *   Stream.runCount(targets.stream)
 * ```
 */
export interface TargetsService extends TargetsOperations {
  /**
   * All targets of the account, one after the other while they arrive, in constant memory.
   *
   * Nothing is replayed once the answer has begun. When it breaks off, falls silent for `timeout`
   * or doesn't decode, the stream fails, and the error's `delivered` says how many targets came
   * before: a list that merely ends early is never taken for a whole one.
   */
  readonly stream: Stream.Stream<ListedTarget, Unauthorized | Forbidden | ClientFailure>
  /** The same operations but `stream`, returning each value in its {@link Answer}. */
  readonly withResponse: WithResponse<TargetsOperations> & {
    /**
     * The head of the list's answer, and its targets while they arrive: run the stream once, in the
     * same scope.
     */
    readonly stream: Effect.Effect<
      Answer<TargetsService["stream"]>,
      Unauthorized | Forbidden | ClientFailure
    >
  }
}

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
   * Fails with `InvalidInput` (`operation: "layer"`) when the key can't be sent in a header or the
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
