/**
 * A request: its checked variable parts, and the URL they make.
 *
 * @module
 */
import type * as Result from "effect/Result"
import type { Unicity } from "../data/Unicity.ts"

/** Why an argument is refused. */
export interface Refusal {
  /** The argument, and the place in it. */
  readonly input: string
  /** What is wrong with it, without repeating it. */
  readonly problem: string
}

/** The parts of a request that depend on the arguments. */
export interface RequestParts {
  /** The values for the `{…}` of the endpoint's path. */
  readonly params?: { readonly [name: string]: string }
  /** The criteria of `?unicity=`. */
  readonly unicity?: Unicity
  /** The JSON body. */
  readonly body?: string
  /** What was sent of a person: must not come back in an error. */
  readonly personal?: ReadonlyArray<string>
}

/** An argument that was checked, or why it is refused. */
export type Checked<A> = Result.Result<A, Refusal>

/** A request, as it goes over the wire. */
export interface Np6Request {
  readonly method: "GET" | "PUT" | "POST" | "DELETE"
  readonly url: string
  /** By lower-case name. */
  readonly headers: { readonly [name: string]: string }
  /** JSON, in UTF-8. */
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

/**
 * The URL of a request, or `undefined` if it isn't the endpoint's.
 *
 * The arguments were checked before; this holds the last line all the same, because one segment too
 * few makes a bulk delete of a delete.
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
  // A dot segment, or whatever else has a meaning in a URL, does not come out as it went in.
  if (url.href !== href) return undefined
  if (parts.unicity !== undefined) {
    url.search = parts.unicity.map((criterion) => `unicity=${encodeURIComponent(criterion)}`).join(
      "&",
    )
  }
  return url
}
