/**
 * Where requests go, and as whom: the options of a layer, checked.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as HttpBody from "effect/http/HttpBody"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { InvalidInput } from "../Errors.ts"
import type { Gate } from "../RateLimit.ts"
import type { RetryPolicy } from "../RetryPolicy.ts"
import type { FetchSettings } from "./fetch.ts"
import type { RequestParts } from "./input.ts"
import type { Spending } from "./retry.ts"
import { version } from "./version.ts"

/** A checked way to an NP6. */
export interface Connection {
  readonly client: HttpClient.HttpClient
  readonly base: URL
  readonly apiKey: Redacted.Redacted<string>
  readonly timeout: Duration.Duration
  readonly retry: RetryPolicy
  /** What each attempt passes. */
  readonly gate: Gate
  readonly propagateTrace: boolean
  readonly fetch: FetchSettings
  /** Shared by all calls of the layer. */
  readonly spending: Spending
}

const refusal = (input: string, problem: string): InvalidInput =>
  new InvalidInput({ operation: "layer", applied: "no", attempts: 0, input, problem })

/** Why a key can't be sent in a header. The key itself never gets into the words. */
export const refuseKey = (apiKey: unknown): InvalidInput | undefined => {
  if (!Redacted.isRedacted(apiKey)) {
    return refusal(
      "apiKey",
      "it is not Redacted: wrap it with Redacted.make, which keeps it out of logs",
    )
  }
  const key = Redacted.value(apiKey)
  if (typeof key !== "string" || key === "") return refusal("apiKey", "it is empty")
  return /^[\x21-\x7e]+$/.test(key) ? undefined : refusal(
    "apiKey",
    "it holds a space, a line break or another character that no header can carry: perhaps one that was pasted along at its end",
  )
}

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
  /^127(?:\.\d{1,3}){3}$/.test(hostname)

/** The base URL, or why it is refused. */
export const checkBase = (baseUrl: string): URL | InvalidInput => {
  const refuse = (problem: string) => refusal("baseUrl", problem)
  let url: URL
  try {
    url = new URL(baseUrl)
  } catch {
    return refuse("it is not an absolute URL, such as https://api-cm.np6.com")
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("it holds a user name or a password")
  }
  // An empty query or fragment leaves no trace in the parsed URL.
  if (/[?#]/.test(baseUrl)) return refuse("it holds a query or a fragment")
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) {
    if (!url.pathname.endsWith("/")) url.pathname = `${url.pathname}/`
    return url
  }
  return refuse(
    url.protocol === "http:"
      ? "it is plain http, which would show the key and people's data to the network; use https"
      : "it is not an https URL",
  )
}

/** The timeout, or why it is refused. */
export const checkTimeout = (input: Duration.Input): Duration.Duration | InvalidInput => {
  const timeout = Option.getOrUndefined(Duration.fromInput(input))
  return timeout !== undefined && Duration.isGreaterThan(timeout, Duration.zero)
    ? timeout
    : refusal("timeout", 'it is not a duration above zero, such as "30 seconds"')
}

const utf8 = new TextEncoder()

const expand = (template: string, params: { readonly [name: string]: string }): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""))

/**
 * The URL of a request, or `undefined` if it isn't the endpoint's.
 *
 * The arguments were checked before; this holds the last line all the same, because one segment too
 * few makes a bulk delete of a delete.
 */
export const urlOf = (base: URL, template: string, parts: RequestParts): URL | undefined => {
  const url = new URL(expand(template, parts.params ?? {}).slice(1), base)
  const segments = (pathname: string) => pathname.slice(base.pathname.length - 1).split("/")
  const built = segments(url.pathname)
  const isEndpoint = url.origin === base.origin && url.pathname.startsWith(base.pathname) &&
    built.length === template.split("/").length && !built.slice(1).includes("")
  if (!isEndpoint) return undefined
  if (parts.unicity !== undefined) {
    url.search = parts.unicity.map((criterion) => `unicity=${encodeURIComponent(criterion)}`).join(
      "&",
    )
  }
  return url
}

const emptyBody = { "content-length": "0" }

/** The request for an endpoint, whole but for tracing. */
export const requestOf = (
  connection: Connection,
  endpoint: { readonly method: "GET" | "PUT" | "POST" | "DELETE"; readonly accept?: string },
  url: URL,
  parts: RequestParts,
): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(endpoint.method)(url.href, {
    headers: {
      accept: endpoint.accept ?? "application/json",
      "user-agent": `effect-np6-targets/${version}`,
      "x-key": Redacted.value(connection.apiKey),
      // NP6 answers 411 to a POST that doesn't say how long it is, an empty one too.
      ...(parts.body === undefined && endpoint.method === "POST" ? emptyBody : {}),
    },
    ...(parts.body === undefined
      ? {}
      : { body: HttpBody.uint8Array(utf8.encode(parts.body), "application/json") }),
  })
