/**
 * Where requests go, and as whom: the options of a layer, checked.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import type * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { InvalidInput } from "./Errors.ts"
import type { Gate } from "./Gate.ts"
import type { RetryPolicy } from "./RetryPolicy.ts"
import type { Deadlines } from "../http/deadlines.ts"
import type { FetchSettings } from "../http/fetch.ts"
import type { Np6Request, RequestParts } from "../http/request.ts"
import type { Spending } from "./replay.ts"
import { version } from "./version.ts"

/** A checked way to an NP6. */
export interface Connection {
  readonly client: HttpClient.HttpClient
  readonly base: URL
  readonly apiKey: Redacted.Redacted<string>
  readonly timeout: Duration.Duration
  /** Those of attempts. */
  readonly deadlines: Deadlines
  /** Those of bodies that nobody needs. */
  readonly drains: Deadlines
  readonly retry: RetryPolicy
  /** What each attempt passes. */
  readonly gate: Gate
  readonly propagateTrace: boolean
  /** Whether code of the caller's runs within a call, and may look at its span. */
  readonly isObserved: boolean
  readonly fetch: FetchSettings
  /** Shared by all calls of the layer. */
  readonly spending: Spending
}

const refusal = (input: string, problem: string): InvalidInput =>
  new InvalidInput({ operation: "np6.layer", applied: "no", attempts: 0, input, problem })

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
  if (baseUrl === "") {
    return refuse("it is empty: for https://api-cm.np6.com, leave it out, or NP6_BASE_URL unset")
  }
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

const userAgent = `effect-np6-targets/${version}`

/** The request for an endpoint. */
export const requestOf = (
  connection: Connection,
  endpoint: { readonly method: Np6Request["method"]; readonly accept?: string },
  url: URL,
  parts: RequestParts,
  trace: { readonly [name: string]: string } | undefined,
): Np6Request => {
  const headers: Record<string, string> = {
    accept: endpoint.accept ?? "application/json",
    "user-agent": userAgent,
    "x-key": Redacted.value(connection.apiKey),
    ...trace,
  }
  const { method } = endpoint
  if (parts.body === undefined) {
    // NP6 answers 411 to a POST that doesn't say how long it is, an empty one too.
    if (method === "POST") headers["content-length"] = "0"
    return { method, url: url.href, headers, body: undefined }
  }
  const body = utf8.encode(parts.body)
  headers["content-type"] = "application/json"
  headers["content-length"] = String(body.length)
  return { method, url: url.href, headers, body }
}
