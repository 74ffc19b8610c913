/**
 * What a failed exchange means: whether NP6 can have received anything.
 *
 * Runtimes say it in their own ways: Node in the `code` and `syscall` of a chain of causes, Deno and
 * workerd in a sentence. Neither may be shown: Deno's quotes the URL, with the address of the target in it.
 *
 * @module
 */
import * as Predicate from "effect/Predicate"

/** A failed exchange. */
export interface Broken {
  /** What `TransportError` says of it. */
  readonly reason: "Connect" | "Reset" | "Timeout"
  /** The system's code of the failure, such as `ECONNREFUSED`. */
  readonly code?: string
}

// These calls of the system come before anything is sent.
const connecting = new Set([
  "connect",
  "getaddrinfo",
  "getaddrinfo ENOTFOUND",
  "queryA",
  "queryAaaa",
])

// Codes without a system call that are raised while connecting: undici's own, and those of
// certificates. OpenSSL's ERR_SSL_* are not among them: they come up in the middle of a response too.
const connectCode =
  /^(?:UND_ERR_CONNECT_TIMEOUT|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|CERT_.*|ERR_TLS_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*)$/

const denoConnect = /client error \(Connect\)/
const sentences: ReadonlyArray<readonly [RegExp, string]> = [
  [/connection refused|\(os error (?:111|61|10061)\)/i, "ECONNREFUSED"],
  [/temporary failure in name resolution/i, "EAI_AGAIN"],
  [/dns error|failed to lookup/i, "ENOTFOUND"],
  [/connection reset|\(os error (?:104|54|10054)\)/i, "ECONNRESET"],
  [/invalid peer certificate/i, "CERT_INVALID"],
  [/received corrupt message/i, "ERR_SSL_WRONG_VERSION_NUMBER"],
  [/connection closed|incomplete message|unexpected eof/i, "ECONNRESET"],
  // Of Cloudflare's workerd, for a connection that nobody accepted too.
  [/network connection lost/i, "ECONNRESET"],
]

// Deno's errors of a permission that wasn't granted, and our code for them.
const denied = new Set(["NotCapable", "PermissionDenied"])
const notCapable = "NOT_CAPABLE"

/** What is wrong for every request alike, until somebody changes it. */
export type Setup = "Permission" | "Dns" | "Tls"

// EAI_AGAIN is not among them: the name server couldn't be asked, and may be a moment later.
const setups: ReadonlyArray<readonly [RegExp, Setup]> = [
  [/^NOT_CAPABLE$/, "Permission"],
  [/^ENOTFOUND$/, "Dns"],
  [/^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_WRONG_VERSION_NUMBER$)/, "Tls"],
]

/** Whether the code of a failure tells of the setup, and of which part of it. */
export const setupOf = (code: string): Setup | undefined =>
  setups.find(([pattern]) => pattern.test(code))?.[1]

const maxDepth = 8

function* causes(error: unknown): Generator<unknown> {
  let current = error
  for (let depth = 0; depth < maxDepth && Predicate.isObject(current); depth++) {
    yield current
    if (Predicate.hasProperty(current, "errors") && Array.isArray(current.errors)) {
      yield* current.errors
    }
    current = Predicate.hasProperty(current, "cause") ? current.cause : undefined
  }
}

const text = (error: unknown, key: string): string => {
  const value: unknown = Predicate.hasProperty(error, key) ? error[key] : undefined
  return typeof value === "string" ? value : ""
}

/** Reads a failure of the transport for what it means. When in doubt, NP6 got the request. */
export const readFailure = (error: unknown): Broken => {
  try {
    return read(error)
  } catch {
    // A property of it threw, perhaps with what must not be shown.
    return { reason: "Reset" }
  }
}

const read = (error: unknown): Broken => {
  for (const cause of causes(error)) {
    if (denied.has(text(cause, "name"))) return { reason: "Connect", code: notCapable }
    const code = text(cause, "code")
    if (/^[A-Z][A-Z0-9_]{2,63}$/.test(code)) {
      const isConnect = connecting.has(text(cause, "syscall")) || connectCode.test(code)
      return { reason: isConnect ? "Connect" : "Reset", code }
    }
    const message = text(cause, "message")
    const code2 = sentences.find(([pattern]) => pattern.test(message))?.[1]
    const isConnect = denoConnect.test(message)
    if (isConnect || code2 !== undefined) {
      return {
        reason: isConnect ? "Connect" : "Reset",
        ...(code2 === undefined ? {} : { code: code2 }),
      }
    }
  }
  return { reason: "Reset" }
}
