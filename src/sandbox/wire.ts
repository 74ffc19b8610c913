/**
 * A request as a transport read it, before anything is made of it.
 *
 * @example
 * ```ts
 * import type { WireRequest } from "@effect-np6/targets/sandbox"
 *
 * const request: WireRequest = {
 *   method: "GET",
 *   url: new URL("https://sandbox.invalid/targets"),
 *   headers: new Headers({ "x-key": "sandbox-full-key" }),
 *   body: new Uint8Array(),
 * }
 * ```
 */
export interface WireRequest {
  /** In upper case: routes compare it letter by letter. */
  readonly method: string
  /** Of this only the path and the query are read, so any host will do. */
  readonly url: URL
  /** With the key in `x-key`; a `POST` or `PUT` without `content-length` gets a 411. */
  readonly headers: Headers
  /** The whole body, as long as `content-length` says if it is there; empty for none. */
  readonly body: Uint8Array
}

const bodyMethods: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"])

/**
 * Reads a web request. One that was never sent lacks the length that a transport would add, so it
 * is added here.
 */
export const fromWeb = async (request: Request): Promise<WireRequest> => {
  const body = new Uint8Array(await request.arrayBuffer())
  const headers = new Headers(request.headers)
  const hasLength = headers.has("content-length") || headers.has("transfer-encoding")
  if (!hasLength && (body.length > 0 || bodyMethods.has(request.method))) {
    headers.set("content-length", String(body.length))
  }
  return { method: request.method, url: new URL(request.url), headers, body }
}

/**
 * What a client on Node finds as the cause when a connection fails. The sandbox makes the same of
 * every fault of the connection, so that a client needs no special case for it.
 *
 * @example
 * ```ts
 * import type { SocketError } from "@effect-np6/targets/sandbox"
 *
 * const neverSent = (error: SocketError): boolean =>
 *   error.code === "ECONNREFUSED"
 * ```
 */
export interface SocketError extends Error {
  /** `ECONNREFUSED`: nothing reached the server. `ECONNRESET`: the request may have been applied. */
  readonly code: "ECONNRESET" | "ECONNREFUSED"
  /** `connect` with `ECONNREFUSED`, `read` with `ECONNRESET`. */
  readonly syscall: "read" | "connect"
}

export const connectionReset = (): SocketError =>
  Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" } as const)

export const connectionRefused = (): SocketError =>
  Object.assign(
    new Error("connect ECONNREFUSED"),
    { code: "ECONNREFUSED", syscall: "connect" } as const,
  )
