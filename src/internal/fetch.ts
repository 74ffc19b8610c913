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
import type { Request } from "./connection.ts"

/** The settings of fetch for a request. */
export interface FetchSettings {
  /** Where sending a request twice is sending it once. */
  readonly repeatable: globalThis.RequestInit
  /** Where a second request would be answered otherwise than the first. */
  readonly once: () => globalThis.RequestInit
  /** Sends a request from a fiber with this context. */
  readonly sender: (context: Context.Context<never>, isRepeatable: boolean) => Send
  /** Whether fetch may send a repeatable request that is sent now a second time, by itself. */
  readonly mayRepeat: () => boolean
  /** Tells whether NP6 was reached, which leaves a connection that is used again. */
  readonly observe: (isReached: boolean) => void
}

type Send = (request: Request, signal: AbortSignal) => Promise<Response>

interface Closeable {
  readonly close: () => void
}

const isCloseable = (value: unknown): value is Closeable =>
  Predicate.hasProperty(value, "close") && Predicate.isFunction(value.close)

/**
 * Deno's fetch sends any request a second time, by itself, when a connection that was used before
 * breaks: a create or a delete that was applied would come back as a conflict or not found. Only a
 * connection that is never used again keeps it from that.
 */
const unsharedConnections = (): Closeable | undefined => {
  const deno: unknown = Reflect.get(globalThis, "Deno")
  if (!Predicate.hasProperty(deno, "createHttpClient")) return undefined
  const { createHttpClient } = deno
  if (!Predicate.isFunction(createHttpClient)) return undefined
  const client: unknown = Reflect.apply(createHttpClient, deno, [{ poolMaxIdlePerHost: 0 }])
  return isCloseable(client) ? client : undefined
}

/** The settings of fetch for a layer, over those that the caller provides around it. */
export const fetchSettings: Effect.Effect<FetchSettings, never, Scope.Scope> = Effect.gen(
  function* () {
    const around = yield* Effect.context<never>()
    const provided = Context.getOrUndefined(around, FetchHttpClient.RequestInit)
    let client: Closeable | undefined
    let isReached = false
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        client?.close()
        // Whoever keeps the service for longer than its layer gets another client.
        client = undefined
      })
    )
    const repeatable = provided ?? {}
    const once = () => {
      client ??= unsharedConnections()
      return client === undefined ? repeatable : { client, ...provided }
    }
    return {
      repeatable,
      mayRepeat: () => isReached && Reflect.has(globalThis, "Deno"),
      observe: (now) => {
        isReached = now
      },
      once,
      sender: (context, isRepeatable) => {
        const fetch = Context.getOrUndefined(context, FetchHttpClient.Fetch) ??
          Context.get(around, FetchHttpClient.Fetch)
        const settings = settingsFor(context, isRepeatable ? repeatable : once())
        return (request, signal) =>
          fetch(request.url, {
            ...settings,
            method: request.method,
            headers: headersFor(settings, request.headers),
            signal,
            ...(request.body === undefined ? {} : { body: request.body }),
          })
      },
    }
  },
)

const settingsFor = (
  context: Context.Context<never>,
  settings: globalThis.RequestInit,
): globalThis.RequestInit => ({
  ...settings,
  ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
  redirect: manual,
})

// fetch hands the key to whatever a redirect names.
const manual = "manual" as const

const headersFor = (
  { headers: provided }: globalThis.RequestInit,
  own: Readonly<Record<string, string>>,
): Record<string, string> => {
  // fetch counts the body's bytes itself, and some refuse to be told.
  const { "content-length": _, ...headers } = own
  return provided === undefined
    ? headers
    : { ...Object.fromEntries(new globalThis.Headers(provided)), ...headers }
}

// The client's own span would hold the URL, and so the address in `?unicity=`.
const untraced = Context.make(HttpClient.TracerDisabledWhen, () => true)

/**
 * Runs a request with these settings, untraced, and without following redirects. Tells when it is
 * fetch that sends it: other clients don't read the settings.
 */
export const withFetch = <A, E>(
  effect: Effect.Effect<A, E>,
  settings: globalThis.RequestInit,
  onFetch: () => void,
): Effect.Effect<A, E> =>
  Effect.updateContext(effect, (context: Context.Context<never>) =>
    Context.merge(
      context,
      Context.add(untraced, FetchHttpClient.RequestInit, {
        ...settingsFor(context, settings),
        get redirect() {
          onFetch()
          return manual
        },
      }),
    ))

const plain = new WeakSet<HttpClient.HttpClient>()

/**
 * Effect's client over `fetch`, which is known for what it is: as long as nobody has wrapped it, a
 * call may go straight to `fetch`.
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.effect(
  HttpClient.HttpClient,
  Effect.tap(HttpClient.HttpClient, (client) => Effect.sync(() => plain.add(client))),
).pipe(Layer.provide(FetchHttpClient.layer))

/** Whether a client does nothing but `fetch`. */
export const isPlainFetch = (client: HttpClient.HttpClient): boolean => plain.has(client)
