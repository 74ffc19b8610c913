/**
 * A lean HTTP client over `fetch`, and what every runtime's `fetch` must be kept from doing: follow
 * redirects, repeat a request on its own, answer from a cache.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"

type Fetch = typeof globalThis.fetch
type ClientRequest = HttpClientRequest.HttpClientRequest
type ClientResponse = HttpClientResponse.HttpClientResponse

// Looked up at each use: tests of the library replace it.
const denoOf = (): unknown => Reflect.get(globalThis, "Deno")
const isBun = (): boolean => Reflect.has(globalThis, "Bun")

const failure = (request: ClientRequest, cause: unknown): HttpClientError.HttpClientError =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, cause }),
  })

/**
 * Makes the client of `Np6.layerFetch`. It uses `provided`, or a `Fetch` in the context of the call,
 * or the `fetch` that is global when the request is made.
 *
 * Effect's own client isn't used because it looks up the global `fetch` once for the life of the
 * process, can't abort a body that is being read, and makes a span that holds the URL.
 */
export const makeFetchClient = (provided: Fetch | undefined): HttpClient.HttpClient =>
  HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.withFiber((fiber) => {
        const { context } = fiber
        const fetch = Context.getOrUndefined(context, FetchHttpClient.Fetch) ?? provided ??
          globalThis.fetch
        const init = Context.getOrUndefined(context, FetchHttpClient.RequestInit) ?? {}
        return send(fetch, init, request)
      })
    ),
    Effect.succeed,
  )

const send = (
  fetch: Fetch,
  init: globalThis.RequestInit,
  request: ClientRequest,
): Effect.Effect<ClientResponse, HttpClientError.HttpClientError> =>
  Effect.callback((resume) => {
    const url = urlOf(request)
    const abort = new AbortController()
    const fetched = async (): Promise<Response> =>
      await fetch(url, {
        ...init,
        method: request.method,
        headers: headersOf(init, request),
        body: bodyOf(url, request.body),
        signal: abort.signal,
      })
    fetched().then(
      (response) => {
        // A `fetch` that ignores its signal responds to a call that has ended.
        if (abort.signal.aborted) void response.body?.cancel().catch(() => {})
        resume(Effect.succeed(responseOf(request, response, abort)))
      },
      (cause) => resume(Effect.fail(failure(request, cause))),
    )
    return Effect.sync(() => abort.abort())
  })

const urlOf = (request: ClientRequest): string =>
  request.urlParams.params.length === 0 && Option.isNone(request.hash)
    ? request.url
    : Option.match(HttpClientRequest.toUrl(request), {
      onNone: () => request.url,
      onSome: (url) => url.href,
    })

const headersOf = (
  { headers: provided }: globalThis.RequestInit,
  request: ClientRequest,
): Record<string, string> => {
  // fetch counts the bytes of a body, and some runtimes refuse a Content-Length of ours.
  const { "content-length": _, ...headers } = provided === undefined
    ? request.headers
    : { ...Object.fromEntries(new globalThis.Headers(provided)), ...request.headers }
  return headers
}

const bodyOf = (url: string, body: HttpBody.HttpBody): BodyInit | null => {
  switch (body._tag) {
    case "Empty":
      return null
    case "Uint8Array": {
      const bytes = new Uint8Array(body.body)
      return sendsBlob(url) ? new Blob([bytes]) : bytes
    }
    case "FormData":
      return body.formData
    default:
      throw new TypeError(`a body of the kind ${body._tag} can't be sent`)
  }
}

/**
 * Deno sends a request a second time when a connection that it used before breaks, and does so
 * without asking. It can't copy a Blob, so a request with one is sent once. But it never settles a
 * `fetch` of a Blob to a host that the program may not reach (Deno 2.9), so the permission is asked
 * for first, which itself needs none.
 */
const sendsBlob = (url: string): boolean => {
  const deno = denoOf()
  if (!Predicate.hasProperty(deno, "permissions")) return false
  const { permissions } = deno
  if (!Predicate.hasProperty(permissions, "querySync")) return false
  if (!Predicate.isFunction(permissions.querySync)) return false
  const { hostname, port, protocol } = new URL(url)
  const host = `${hostname}:${port === "" ? protocol === "http:" ? 80 : 443 : port}`
  const status: unknown = Reflect.apply(permissions.querySync, permissions, [{ name: "net", host }])
  return Predicate.hasProperty(status, "state") && status.state === "granted"
}

/** A response whose whole body can be given up: `arrayBuffer` of Effect's own can't. */
const responseOf = (
  request: ClientRequest,
  source: Response,
  abort: AbortController,
): ClientResponse => {
  const response = HttpClientResponse.fromWeb(request, source)
  let bytes: Promise<ArrayBuffer> | undefined
  const arrayBuffer = Effect.callback<ArrayBuffer, HttpClientError.HttpClientError>((resume) => {
    bytes ??= source.arrayBuffer()
    bytes.then(
      (buffer) => resume(Effect.succeed(buffer)),
      (cause) => resume(Effect.fail(failure(request, cause))),
    )
    return Effect.sync(() => abort.abort())
  })
  return Object.defineProperty(response, "arrayBuffer", { value: arrayBuffer })
}

/**
 * Whether `fetch` takes the option `cache`: Cloudflare's workerd throws at it, for a Worker with a
 * compatibility date before 2024-11-11.
 */
const takesCache = (): boolean => {
  try {
    return new globalThis.Request("https://np6.invalid/", { cache: "no-store" }) !== undefined
  } catch {
    return false
  }
}

interface Closeable {
  readonly close: () => void
}

const isCloseable = (value: unknown): value is Closeable =>
  Predicate.hasProperty(value, "close") && Predicate.isFunction(value.close)

const createDenoClient = (
  options: { readonly [option: string]: unknown },
): Closeable | undefined => {
  const deno = denoOf()
  if (!Predicate.hasProperty(deno, "createHttpClient")) return undefined
  const { createHttpClient } = deno
  if (!Predicate.isFunction(createHttpClient)) return undefined
  const client: unknown = Reflect.apply(createHttpClient, deno, [options])
  return isCloseable(client) ? client : undefined
}

/** Makes a Deno HTTP client when it is first used, and closes it with the scope. */
const lazyDenoClient = (
  options: { readonly [option: string]: unknown },
): Effect.Effect<() => Closeable | undefined, never, Scope.Scope> =>
  Effect.gen(function* () {
    let client: Closeable | undefined
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        client?.close()
        // A service that outlives its layer makes another one.
        client = undefined
      })
    )
    return () => client ??= createDenoClient(options)
  })

/** Sends a request through a client: the only way in which requests are sent. */
export type Send = (
  request: ClientRequest,
) => Effect.Effect<ClientResponse, HttpClientError.HttpClientError>

// HTTP/2 lets a server hand back a request that it didn't take, and Deno's fetch repeats it then.
const sharedOptions = { http2: false }
const unsharedOptions = { http2: false, poolMaxIdlePerHost: 0 }

/**
 * Wraps a client, the outermost one, so that requests are sent as this library promises: without a
 * span of the client's own, which would hold the key and the address in `?unicity=`, and, where the
 * client is over `fetch`, uncached, not repeated by Deno or Bun, and with redirects returned rather
 * than followed. A `RequestInit` that the caller provides changes all but the last.
 *
 * `sendsBlobs` says whether the client is that of {@link makeFetchClient}, whose bodies Deno doesn't
 * repeat.
 */
export const guarded = (
  client: HttpClient.HttpClient,
  sendsBlobs: boolean,
): Effect.Effect<Send, never, Scope.Scope> =>
  Effect.gen(function* () {
    const around = yield* Effect.context<never>()
    const provided = Context.getOrUndefined(around, FetchHttpClient.RequestInit)
    const shared = yield* lazyDenoClient(sharedOptions)
    const unshared = yield* lazyDenoClient(unsharedOptions)
    const uncached = takesCache() ? { cache: "no-store" } : {}
    const defaultsFor = ({ body, method }: ClientRequest): object => {
      const isOnce = method === "GET" || (sendsBlobs && body._tag === "Uint8Array")
      const denoClient = isOnce ? shared() : unshared()
      return {
        ...uncached,
        ...(denoClient === undefined ? {} : { client: denoClient }),
        // Bun repeats a PUT and a DELETE on a used connection that breaks.
        ...(isBun() && method !== "GET" ? { keepalive: false } : {}),
      }
    }
    return (request) =>
      Effect.updateContext(
        Effect.suspend(() => client.execute(request)),
        (context: Context.Context<never>) =>
          Context.merge(
            context,
            Context.add(untraced, FetchHttpClient.RequestInit, {
              ...defaultsFor(request),
              ...provided,
              ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
              // fetch would send the key to the address that a redirect names.
              redirect: "manual",
            }),
          ),
      )
  })

const untraced = Context.make(HttpClient.TracerDisabledWhen, () => true)
