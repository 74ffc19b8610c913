/**
 * What comes in from a transport, and how a connection fails.
 *
 * @module
 */

/** A request as a transport read it, before anything is made of it. */
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

/**
 * What a client on Node finds as the cause when a connection fails. The sandbox makes the same of
 * every fault of the connection, so that a client needs no special case for it.
 */
export interface SocketError extends Error {
  /** `ECONNREFUSED`: nothing reached the server. `ECONNRESET`: the request may have been applied. */
  readonly code: "ECONNRESET" | "ECONNREFUSED"
  /** `connect` with `ECONNREFUSED`, `read` with `ECONNRESET`. */
  readonly syscall: "read" | "connect"
}
