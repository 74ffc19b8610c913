/**
 * What `fetch` does by itself, and must be kept from doing. Other HTTP clients don't look at it.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type { Np6Request } from "./request.ts"

/** How a layer has its requests sent by fetch. */
export interface FetchSettings {
  /** The settings for a request. */
  readonly settingsOf: (request: Np6Request) => globalThis.RequestInit
  /** Sends a request from a fiber with this context. */
  readonly send: (
    context: Context.Context<never>,
    request: Np6Request,
    signal: AbortSignal,
  ) => Promise<Response>
}

/**
 * Deno's fetch sends any request a second time, by itself, when a connection that was used before
 * breaks: a create or a delete that was applied would come back as a conflict or not found. Two
 * things keep it from that: a body that it can't copy, and a connection that is never used again.
 */
const isRepeating = Reflect.has(globalThis, "Deno")

const bodyOf = (body: Uint8Array<ArrayBuffer>): BodyInit => isRepeating ? new Blob([body]) : body

const withOwnBodies = (fetch: typeof globalThis.fetch): typeof globalThis.fetch => (input, init) =>
  isRepeating && init?.body instanceof Uint8Array
    ? fetch(input, { ...init, body: bodyOf(new Uint8Array(init.body)) })
    : fetch(input, init)

interface Closeable {
  readonly close: () => void
}

const isCloseable = (value: unknown): value is Closeable =>
  Predicate.hasProperty(value, "close") && Predicate.isFunction(value.close)

const unsharedConnections = (): Closeable | undefined => {
  const deno: unknown = Reflect.get(globalThis, "Deno")
  if (!Predicate.hasProperty(deno, "createHttpClient")) return undefined
  const { createHttpClient } = deno
  if (!Predicate.isFunction(createHttpClient)) return undefined
  const client: unknown = Reflect.apply(createHttpClient, deno, [{ poolMaxIdlePerHost: 0 }])
  return isCloseable(client) ? client : undefined
}

/**
 * The settings of fetch for a layer, over those that the caller provides around it. `sendsOwnBodies`
 * is whether the bodies are those that {@link layer} sends.
 */
export const fetchSettings = (
  sendsOwnBodies: boolean,
): Effect.Effect<FetchSettings, never, Scope.Scope> =>
  Effect.gen(function* () {
    const around = yield* Effect.context<never>()
    const provided = Context.getOrUndefined(around, FetchHttpClient.RequestInit) ?? {}
    let client: Closeable | undefined
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        client?.close()
        // Whoever keeps the service for longer than its layer gets another client.
        client = undefined
      })
    )
    const settingsOf = ({ body, method }: Np6Request): globalThis.RequestInit => {
      if (method === "GET" || (sendsOwnBodies && body !== undefined)) return provided
      client ??= unsharedConnections()
      const unshared = { client, ...provided }
      return client === undefined ? provided : unshared
    }
    return {
      settingsOf,
      send: (context, request, signal) => {
        const fetch = Context.getOrUndefined(context, FetchHttpClient.Fetch) ??
          Context.get(around, FetchHttpClient.Fetch)
        const settings = settingsIn(context, settingsOf(request))
        return fetch(request.url, {
          ...settings,
          method: request.method,
          headers: headersFor(settings, request.headers),
          signal,
          body: request.body === undefined ? null : bodyOf(request.body),
        })
      },
    }
  })

const settingsIn = (
  context: Context.Context<never>,
  settings: globalThis.RequestInit,
): globalThis.RequestInit => ({
  ...settings,
  ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
  // fetch hands the key to whatever a redirect names.
  redirect: "manual",
})

const headersFor = (
  { headers: provided }: globalThis.RequestInit,
  own: Readonly<Record<string, string>>,
): Record<string, string> => {
  const { "content-length": _, ...headers } = provided === undefined
    ? own
    : { ...Object.fromEntries(new globalThis.Headers(provided)), ...own }
  // fetch counts the body's bytes itself, and some refuse to be told.
  return headers
}

// The client's own span would hold the URL, and so the address in `?unicity=`.
const untraced = Context.make(HttpClient.TracerDisabledWhen, () => true)

/** Runs a request with these settings, untraced, and without following redirects. */
export const withFetch = <A, E>(
  effect: Effect.Effect<A, E>,
  settings: globalThis.RequestInit,
): Effect.Effect<A, E> =>
  Effect.updateContext(effect, (context: Context.Context<never>) => {
    const added = Context.add(untraced, FetchHttpClient.RequestInit, settingsIn(context, settings))
    const fetch = Context.getOrUndefined(context, FetchHttpClient.Fetch)
    return Context.merge(
      context,
      fetch === undefined ? added : Context.add(added, FetchHttpClient.Fetch, withOwnBodies(fetch)),
    )
  })

const plain = new WeakSet<HttpClient.HttpClient>()

/**
 * Effect's client over `fetch`, which is known for what it is: as long as nobody has wrapped it, a
 * call may go straight to `fetch`.
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.effect(
  HttpClient.HttpClient,
  Effect.tap(HttpClient.HttpClient, (client) => Effect.sync(() => plain.add(client))),
).pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(
    Layer.effect(FetchHttpClient.Fetch, Effect.map(FetchHttpClient.Fetch, withOwnBodies)),
  ),
)

/** Whether a client does nothing but `fetch`. */
export const isPlainFetch = (client: HttpClient.HttpClient): boolean => plain.has(client)
