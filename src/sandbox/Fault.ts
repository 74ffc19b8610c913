/**
 * Faults that the sandbox can be told to commit: slow, lost and broken responses.
 *
 * A fault says what happens to one request. `applied` always means the same thing: whether the
 * request took effect on the server before its response was lost or replaced. That is the difference
 * between a retry that is safe and one that acts twice, so a test wants both.
 *
 * @example
 * ```ts
 * import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
 * import * as Effect from "effect/Effect"
 *
 * // The target is created, and the response never arrives; the next call meets a 503.
 * const program = Effect.gen(function* () {
 *   const sandbox = yield* Sandbox
 *   yield* sandbox.script(
 *     {
 *       on: { operation: "targets.create" },
 *       fault: Fault.reset({ applied: true }),
 *     },
 *     { fault: Fault.status(503) },
 *   )
 * })
 * ```
 *
 * @module
 */
import * as Duration from "effect/Duration"
import type { SandboxOperation } from "./SandboxOperation.ts"

/** What happens to a request instead of a plain response. Made with the constructors below. */
export type Fault = Latency | Hang | Refuse | Reset | Truncate | ContentType | Respond

/** The request waits before the server sees it. See {@link latency}. */
export interface Latency {
  readonly _tag: "Latency"
  /** How long, on Effect's `Clock`. */
  readonly duration: Duration.Duration
  /** What happens after the wait; a plain response when undefined. */
  readonly andThen: Fault | undefined
}

/** No response ever comes. See {@link hang}. */
export interface Hang {
  readonly _tag: "Hang"
  /** Whether the request takes effect before the silence. */
  readonly applied: boolean
}

/** The connection is refused. See {@link refuse}. */
export interface Refuse {
  readonly _tag: "Refuse"
}

/** The connection breaks before a byte of the response. See {@link reset}. */
export interface Reset {
  readonly _tag: "Reset"
  /** Whether the request takes effect before the connection breaks. */
  readonly applied: boolean
}

/** The response's body stops early. See {@link truncate}. */
export interface Truncate {
  readonly _tag: "Truncate"
  /** How many bytes of the body are sent; half of them when undefined. */
  readonly bytes: number | undefined
  /** `content-length`: the cut shows as a broken body. `close`: it does not show at all. */
  readonly framing: "content-length" | "close"
}

/** The true response under a wrong content type. See {@link contentType}. */
export interface ContentType {
  readonly _tag: "ContentType"
  /** The whole value of the header, sent as it is. */
  readonly contentType: string
}

/** Another response in place of the true one. See {@link respond}. */
export interface Respond {
  readonly _tag: "Respond"
  /** From 200 to 599. */
  readonly status: number
  /** As in {@link RespondOptions}; no header of the true response is kept. */
  readonly headers: Readonly<Record<string, string>>
  /** Sent as UTF-8, but for a status that has no body: 204, 205 and 304. */
  readonly body: string
  /** Whether the request takes effect before this response replaces the true one. */
  readonly applied: boolean
}

/** What a {@link Respond} fault may set besides its status. */
export interface RespondOptions {
  /** Headers of the response; `x-request-id`, `date` and `content-length` are always added. */
  readonly headers?: Readonly<Record<string, string>>
  /** The body, sent as UTF-8. Default empty. */
  readonly body?: string
  /** Whether the request takes effect before this response replaces the true one. Default `false`. */
  readonly applied?: boolean
}

/**
 * Waits before the server sees the request, then responds, or commits `andThen`.
 *
 * A client that gives up during the wait leaves no effect behind; for an effect without a response
 * use {@link hang} with `applied: true`. The wait follows Effect's `Clock`, so in process a
 * `TestClock` drives it.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const slow = Fault.latency("2 seconds")
 * const slowThenDown = Fault.latency("2 seconds", Fault.status(503))
 * ```
 */
export const latency = (duration: Duration.Input, andThen?: Fault): Latency => ({
  _tag: "Latency",
  duration: Duration.fromInputUnsafe(duration),
  andThen,
})

/** Never responds; ends when the client gives up. `applied` is `false` by default. */
export const hang = (options?: { readonly applied?: boolean }): Hang => ({
  _tag: "Hang",
  applied: options?.applied ?? false,
})

/**
 * Refuses the connection: nothing reaches the server, so nothing is applied.
 *
 * In process this is Node's `ECONNREFUSED`. Over HTTP the port is open, so the nearest thing is
 * done: the connection is reset before anything is sent.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const outage = { fault: Fault.refuse, times: Infinity }
 * ```
 */
export const refuse: Refuse = { _tag: "Refuse" }

/**
 * Resets the connection before a byte of the response: Node's `ECONNRESET`.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const lostRequest = Fault.reset({ applied: false })
 * const lostResponse = Fault.reset({ applied: true })
 * ```
 */
export const reset = (options: { readonly applied: boolean }): Reset => ({
  _tag: "Reset",
  applied: options.applied,
})

/**
 * Cuts the body of the true response short; the request is applied. A response without a body is
 * left alone.
 *
 * With the default framing, `content-length`, the headers promise the whole body and the connection
 * breaks, so every HTTP client notices. With `close`, no length is announced and the body just
 * ends: only a reader that understands the body can tell.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const broken = Fault.truncate()
 * const silent = Fault.truncate({ bytes: 20, framing: "close" })
 * ```
 */
export const truncate = (
  options?: { readonly bytes?: number; readonly framing?: "content-length" | "close" },
): Truncate => ({
  _tag: "Truncate",
  bytes: options?.bytes,
  framing: options?.framing ?? "content-length",
})

/** Sends the true response under another content type; the request is applied. */
export const contentType = (value: string): ContentType => ({
  _tag: "ContentType",
  contentType: value,
})

/**
 * Sends any response in place of the true one. The status is between 200 and 599.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const odd = Fault.respond({
 *   status: 200,
 *   headers: { "content-type": "application/json" },
 *   body: "[]",
 * })
 * ```
 */
export const respond = (response: RespondOptions & { readonly status: number }): Respond => ({
  _tag: "Respond",
  status: response.status,
  headers: response.headers ?? {},
  body: response.body ?? "",
  applied: response.applied ?? false,
})

/**
 * Responds with this status, and an empty body unless one is given, as NP6 mostly does.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const maintenance = Fault.status(503, {
 *   headers: { "retry-after": "30" },
 * })
 * const failedAfterTheFact = Fault.status(500, { applied: true })
 * ```
 */
export const status = (code: number, options?: RespondOptions): Respond =>
  respond({ ...options, status: code })

/**
 * Responds with 429, with `Retry-After` if given: a number of seconds, or any text, such as an HTTP
 * date or something no client should trust.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const polite = Fault.rateLimited({ retryAfter: 2 })
 * const absurd = Fault.rateLimited({ retryAfter: 86_400 })
 * const silent = Fault.rateLimited()
 * ```
 */
export const rateLimited = (options?: { readonly retryAfter?: number | string }): Respond =>
  status(
    429,
    options?.retryAfter === undefined
      ? {}
      : { headers: { "retry-after": String(options.retryAfter) } },
  )

/** Responds with an HTML page, as a gateway in front of the API does. */
export const html = (code: number): Respond =>
  status(code, {
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!DOCTYPE html><html><head><title>${code}</title></head><body>${code}</body></html>`,
  })

/** Redirects to `location`, with status 302 unless another is given. */
export const redirect = (location: string, code = 302): Respond =>
  status(code, { headers: { location } })

/**
 * Which requests a {@link FaultRule} is for. What is left out matches every request.
 *
 * @example
 * ```ts
 * import type { FaultMatch } from "@effect-np6/targets/sandbox"
 *
 * const creations: FaultMatch = { operation: "targets.create" }
 * const oneContact: FaultMatch = { unicity: "jane@example.com" }
 * const segmentCalls: FaultMatch = { path: /\/segments\// }
 * ```
 */
export interface FaultMatch {
  /** The operation the request was routed to. */
  readonly operation?: SandboxOperation
  /** The HTTP method, in upper case. */
  readonly method?: string
  /** The path as it was sent, percent-encoding and all: equal to a text, or found by a pattern. */
  readonly path?: string | RegExp
  /**
   * The unicity of a contact: requests that name it, by unicity or by id, in their path, query or
   * body. Of several fields in the account's order.
   */
  readonly unicity?: string | ReadonlyArray<string>
}

/**
 * When a fault fires. Rules are tried in the order they were scripted, and the first that matches
 * and has uses left fires. A request that an earlier rule spoils does not count for the later ones.
 *
 * @example
 * ```ts
 * import { Fault, type FaultRule } from "@effect-np6/targets/sandbox"
 *
 * // Let two updates through, then fail the next three.
 * const rule: FaultRule = {
 *   on: { operation: "targets.update" },
 *   skip: 2,
 *   times: 3,
 *   fault: Fault.status(503),
 * }
 * ```
 */
export interface FaultRule {
  /** Which requests; all when left out. */
  readonly on?: FaultMatch
  /** How many matching requests to let through first. Default 0. */
  readonly skip?: number
  /** How many matching requests to spoil after that; `Infinity` for all. Default 1. */
  readonly times?: number
  /** What happens to each request that is spoiled. */
  readonly fault: Fault
}
