/**
 * The library, and what a program of its users imports with it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Context from "effect/Context"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as HttpClient from "effect/http/HttpClient"
import { Bulk, Np6, Targets } from "../../../mod.ts"
import { load } from "./peer.ts"

export { Bulk, Effect, Stream, Targets }

const optionsFor = (baseUrl: string) => ({ apiKey: Redacted.make("key"), baseUrl })

/** The library as it is out of the box, against a server. */
export const live = (url: string): Layer.Layer<Targets> =>
  Layer.orDie(Targets.layerFetch(optionsFor(url)))

/** Effect's HTTP client over undici. */
export const undici = async (): Promise<Layer.Layer<HttpClient.HttpClient>> => {
  const { layerUndici } = await load<{
    readonly layerUndici: Layer.Layer<HttpClient.HttpClient>
  }>("@effect/platform-node/NodeHttpClient")
  return layerUndici
}

/** The library over some HTTP client. */
export const liveOver = (
  client: Layer.Layer<HttpClient.HttpClient>,
  url: string,
): Layer.Layer<Targets> =>
  Layer.provide(Targets.layer, Np6.layer(optionsFor(url))).pipe(Layer.provide(client), Layer.orDie)

/** Builds a layer once, for the life of the process. */
export const build = <R>(layer: Layer.Layer<R>): Promise<Context.Context<R>> =>
  Effect.runPromise(Effect.flatMap(Scope.make(), (scope) => Layer.buildWithScope(layer, scope)))
