/**
 * A request: its checked variable parts, the URL that they make, and what goes over the wire.
 *
 * @module
 */
import * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import type { Unicity } from "../data/Unicity.ts"
import { version } from "./version.ts"

/** Why an argument is refused. */
export interface Refusal {
  /** The argument, and the place in it. */
  readonly input: string
  /** What is wrong with it, without repeating it. */
  readonly problem: string
}

/** The parts of a request that depend on the operation's arguments. */
export interface RequestParts {
  /** The values for the `{…}` of the endpoint's path. */
  readonly params?: { readonly [name: string]: string }
  /** The criteria of `?unicity=`. */
  readonly unicity?: Unicity
  /** Other parameters of the query, by name. */
  readonly query?: ReadonlyArray<readonly [name: string, value: string]>
  /** The JSON body. */
  readonly body?: string
  /** Every value of a person in the request: none may appear in an error. */
  readonly personal?: ReadonlyArray<string>
}

/** An argument that was checked, or why it is refused. */
export type Checked<A> = Result.Result<A, Refusal>

/** The methods that NP6's endpoints use. */
export type Method = "GET" | "PUT" | "POST" | "DELETE"

/** A request as it goes over the wire. */
export interface Np6Request {
  readonly method: Method
  readonly url: string
  /** By lower-case name. */
  readonly headers: { readonly [name: string]: string }
  /** JSON, in UTF-8. */
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

/**
 * The URL of a request, or `undefined` if it isn't the endpoint's.
 *
 * The arguments were checked before. This check is the last one before sending, because a path that
 * lacks one segment turns the delete of a target into the bulk delete.
 */
export const urlOf = (base: URL, template: string, parts: RequestParts): URL | undefined => {
  let href = base.href
  for (const [index, segment] of template.slice(1).split("/").entries()) {
    const filled = segment.startsWith("{")
      ? encodeURIComponent(parts.params?.[segment.slice(1, -1)] ?? "")
      : segment
    if (filled === "") return undefined
    href += index === 0 ? filled : `/${filled}`
  }
  const url = new URL(href)
  // The URL parser changes dot segments and other parts that have a meaning in a URL.
  if (url.href !== href) return undefined
  const unicity = (parts.unicity ?? []).map((criterion) => ["unicity", criterion] as const)
  // Setting it makes the runtime parse the URL again.
  if (unicity.length === 0 && parts.query === undefined) return url
  url.search = [...unicity, ...parts.query ?? []]
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")
  return url
}

const utf8 = new TextEncoder()
const userAgent = `effect-np6-targets/${version}`

/** The request for an endpoint. */
export const requestOf = (
  { apiKey }: { readonly apiKey: Redacted.Redacted<string> },
  { accept = "application/json", method }: { readonly method: Method; readonly accept?: string },
  url: URL,
  parts: RequestParts,
  trace: { readonly [name: string]: string } | undefined,
): Np6Request => {
  const headers: Record<string, string> = {
    accept,
    "user-agent": userAgent,
    "x-key": Redacted.value(apiKey),
    ...trace,
  }
  if (parts.body === undefined) {
    // NP6 answers 411 to a POST without a Content-Length, even if its body is empty.
    if (method === "POST") headers["content-length"] = "0"
    return { method, url: url.href, headers, body: undefined }
  }
  const body = utf8.encode(parts.body)
  headers["content-type"] = "application/json"
  headers["content-length"] = String(body.length)
  return { method, url: url.href, headers, body }
}
