/**
 * What `fetch` does by itself, and must be kept from doing. Other HTTP clients don't look at it.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"

/** The settings of fetch for a request. */
export interface FetchSettings {
  /** Where a request changes nothing, so that fetch may send it twice. */
  readonly repeatable: globalThis.RequestInit
  /** Where a second request may be answered otherwise than the first. */
  readonly once: () => globalThis.RequestInit
}

interface Closeable {
  readonly close: () => void
}

const isCloseable = (value: unknown): value is Closeable =>
  Predicate.hasProperty(value, "close") && Predicate.isFunction(value.close)

/**
 * Deno's fetch sends any request a second time, by itself, when a connection that was used before
 * breaks: a create or a delete that was applied would come back as a conflict or not found, and any
 * write that was applied as surely not applied, when its repetition is refused. Only a connection that
 * is never used again keeps it from that.
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
    const provided = Context.getOrUndefined(
      yield* Effect.context<never>(),
      FetchHttpClient.RequestInit,
    )
    let client: Closeable | undefined
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        client?.close()
        // Whoever keeps the service for longer than its layer gets another client.
        client = undefined
      })
    )
    return {
      repeatable: provided ?? {},
      once: () => {
        client ??= unsharedConnections()
        return client === undefined ? provided ?? {} : { client, ...provided }
      },
    }
  },
)

// The client's own span would hold the URL, and so the address in `?unicity=`.
const untraced = Context.make(HttpClient.TracerDisabledWhen, () => true)

/** Runs a request with these settings, untraced, and without following redirects. */
export const withFetch = <A, E>(
  effect: Effect.Effect<A, E>,
  settings: globalThis.RequestInit,
): Effect.Effect<A, E> =>
  Effect.updateContext(effect, (context: Context.Context<never>) =>
    Context.merge(
      context,
      Context.add(untraced, FetchHttpClient.RequestInit, {
        ...settings,
        ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
        // fetch hands the key to whatever a redirect names.
        redirect: "manual",
      }),
    ))
