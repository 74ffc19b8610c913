/**
 * The service: every operation on targets, and the layers that make it.
 *
 * @module
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Effect from "effect/Effect"
import type { InvalidInput } from "../client/Errors.ts"
import { Np6, type Np6ConfigOptions, type Np6Options } from "../client/Np6.ts"
import { makeTargets } from "./make.ts"
import type { TargetsService } from "./TargetsService.ts"

const TargetsBase: Context.ServiceClass<Targets, "@effect-np6/targets/Targets", TargetsService> =
  Context.Service<Targets, TargetsService>()("@effect-np6/targets/Targets")

/**
 * NP6's Target API as a service: `yield* Targets` gives a {@link TargetsService}.
 *
 * @example
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect, Redacted } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   const target = yield* targets.upsert("a@b.c", { 8101: "Mr", 8103: "a@b.c" })
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
   * The service on a connection, which other services can share. It is made anew for each connection
   * that is provided, so a program with two accounts gets two services.
   *
   * @example
   * ```ts
   * import { Np6, Targets } from "@effect-np6/targets"
   * import { Layer, Redacted } from "effect"
   * import { FetchHttpClient } from "effect/http"
   *
   * const np6 = Np6.layer({ apiKey: Redacted.make("your-key") }).pipe(
   *   Layer.provide(FetchHttpClient.layer),
   * )
   * const live = Layer.provide(Targets.layer, np6)
   * ```
   */
  static readonly layer: Layer.Layer<Targets, never, Np6> = Layer.fresh(
    Layer.effect(Targets, Effect.map(Np6, makeTargets)),
  )

  /**
   * The service on a connection of its own over `fetch`, for a program that needs nothing else: short
   * for `Targets.layer` on {@link Np6.layerFetch}. Two of these have two rate limits and two retry
   * budgets; services that share an account should share one `Np6`:
   *
   * ```ts
   * import { Np6, Targets } from "@effect-np6/targets"
   * import { Layer, Redacted } from "effect"
   *
   * const np6 = Np6.layerFetch({ apiKey: Redacted.make("your-key") })
   * const live = Targets.layer.pipe(Layer.provideMerge(np6))
   * ```
   *
   * Fails with `InvalidInput` where an option can't be used.
   */
  static readonly layerFetch: (options: Np6Options) => Layer.Layer<Targets, InvalidInput> = (
    options,
  ) => Layer.provide(Targets.layer, Np6.layerFetch(options))

  /**
   * {@link Targets.layerFetch} with the key and the base URL from configuration: `NP6_API_KEY` and
   * `NP6_BASE_URL` in the environment, unless the options or the `ConfigProvider` say otherwise.
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
    options?: Np6ConfigOptions,
  ) => Layer.Layer<Targets, InvalidInput | Config.ConfigError> = (options) =>
    Layer.provide(Targets.layer, Np6.layerFetchConfig(options))
}
