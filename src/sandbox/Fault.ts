/**
 * Faults the sandbox can be told to commit: slow answers, lost answers, broken answers.
 *
 * A fault says what happens to one request. `applied` always means the same thing: whether the
 * request took effect on the server before its answer was lost or replaced. That is the difference
 * between a retry that is safe and one that acts twice, so a test wants both.
 *
 * @example
 * ```ts
 * import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
 * import * as Effect from "effect/Effect"
 *
 * // The target is created, and its answer never arrives;
 * // the next call meets a 503.
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
import type { SandboxOperation } from "./routes.ts"

/**
 * What happens to a request instead of a plain answer. Made with the constructors of this module.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const faults: ReadonlyArray<Fault.Fault> = [
 *   Fault.hang(),
 *   Fault.refuse,
 *   Fault.html(502),
 * ]
 * ```
 */
export type Fault = Latency | Hang | Refuse | Reset | Truncate | ContentType | Respond

/**
 * The request waits before the server sees it. See {@link latency}.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const slow: Fault.Latency = Fault.latency("2 seconds")
 * ```
 */
export interface Latency {
  /** What to match on, and what the log of requests calls it. */
  readonly _tag: "Latency"
  /** How long, on Effect's `Clock`. */
  readonly duration: Duration.Duration
  /** What happens after the wait; the plain answer when undefined. */
  readonly andThen: Fault | undefined
}

/**
 * No answer ever comes. See {@link hang}.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const stuck: Fault.Hang = Fault.hang()
 * ```
 */
export interface Hang {
  /** What to match on, and what the log of requests calls it. */
  readonly _tag: "Hang"
  /** Whether the request takes effect before the silence. */
  readonly applied: boolean
}

/**
 * The connection is refused. See {@link refuse}.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const down: Fault.Refuse = Fault.refuse
 * ```
 */
export interface Refuse {
  /** What to match on, and what the log of requests calls it. */
  readonly _tag: "Refuse"
}

/**
 * The connection breaks before a byte of the answer. See {@link reset}.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const lost: Fault.Reset = Fault.reset({ applied: true })
 * ```
 */
export interface Reset {
  /** What to match on, and what the log of requests calls it. */
  readonly _tag: "Reset"
  /** Whether the request takes effect before the connection breaks. */
  readonly applied: boolean
}

/**
 * The answer's body stops early. See {@link truncate}.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const cut: Fault.Truncate = Fault.truncate({ bytes: 10 })
 * ```
 */
export interface Truncate {
  /** What to match on, and what the log of requests calls it. */
  readonly _tag: "Truncate"
  /** How many bytes of the body are sent; half of them when undefined. */
  readonly bytes: number | undefined
  /** `content-length`: the cut shows as a broken body. `close`: it does not show at all. */
  readonly framing: "content-length" | "close"
}

/**
 * The true answer under a wrong content type. See {@link contentType}.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const mislabelled: Fault.ContentType = Fault.contentType("text/html")
 * ```
 */
export interface ContentType {
  /** What to match on, and what the log of requests calls it. */
  readonly _tag: "ContentType"
  /** The whole value of the header, sent as it is. */
  readonly contentType: string
}

/**
 * Another answer in place of the true one. See {@link respond}.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const maintenance: Fault.Respond = Fault.status(503, {
 *   headers: { "retry-after": "30" },
 * })
 * ```
 */
export interface Respond {
  /** What to match on, and what the log of requests calls it. */
  readonly _tag: "Respond"
  /** From 200 to 599. */
  readonly status: number
  /** As in {@link AnswerOptions}; no header of the true answer is kept. */
  readonly headers: Readonly<Record<string, string>>
  /** Sent as UTF-8, but for a status that has no body: 204, 205 and 304. */
  readonly body: string
  /** Whether the request takes effect before this answer replaces the true one. */
  readonly applied: boolean
}

/**
 * What a {@link Respond} fault may set besides its status.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const options: Fault.AnswerOptions = {
 *   body: "try again later",
 *   applied: true,
 * }
 * const fault = Fault.status(500, options)
 * ```
 */
export interface AnswerOptions {
  /** Headers of the answer; `x-request-id`, `date` and `content-length` are there by themselves. */
  readonly headers?: Readonly<Record<string, string>>
  /** The body, empty by default, sent as UTF-8. */
  readonly body?: string
  /** Whether the request takes effect before this answer replaces the true one. Default `false`. */
  readonly applied?: boolean
}

/**
 * Waits before the server sees the request, then answers, or commits `andThen`.
 *
 * A client that gives up during the wait leaves no effect behind; for an effect without an answer
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

/**
 * Never answers; ends when the client gives up.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const timedOutButDone = Fault.hang({ applied: true })
 * ```
 */
export const hang = (options?: { readonly applied?: boolean }): Hang => ({
  _tag: "Hang",
  applied: options?.applied ?? false,
})

/**
 * Refuses the connection: nothing reaches the server, so nothing is applied.
 *
 * In process this is Node's `ECONNREFUSED`. Over HTTP the port is open, so the nearest thing is
 * done: the connection is reset before anything is answered.
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
 * Resets the connection before a byte of the answer: Node's `ECONNRESET`.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const lostOnTheWayThere = Fault.reset({ applied: false })
 * const lostOnTheWayBack = Fault.reset({ applied: true })
 * ```
 */
export const reset = (options: { readonly applied: boolean }): Reset => ({
  _tag: "Reset",
  applied: options.applied,
})

/**
 * Cuts the body of the true answer short; the request is applied. An answer without a body is left
 * alone.
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

/**
 * Sends the true answer under another content type; the request is applied.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const mislabelled = Fault.contentType("text/html; charset=utf-8")
 * ```
 */
export const contentType = (value: string): ContentType => ({
  _tag: "ContentType",
  contentType: value,
})

/**
 * Sends any answer in place of the true one. The status is between 200 and 599.
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
export const respond = (answer: AnswerOptions & { readonly status: number }): Respond => ({
  _tag: "Respond",
  status: answer.status,
  headers: answer.headers ?? {},
  body: answer.body ?? "",
  applied: answer.applied ?? false,
})

/**
 * Answers with this status, and an empty body unless one is given, as NP6 mostly does.
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
export const status = (code: number, options?: AnswerOptions): Respond =>
  respond({ ...options, status: code })

/**
 * Answers 429, with `Retry-After` if given: a number of seconds, or any text, such as an HTTP date
 * or something no client should trust.
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

/**
 * Answers with an HTML page, as a gateway in front of the API does.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const gateway = Fault.html(502)
 * const loginPage = Fault.html(200)
 * ```
 */
export const html = (code: number): Respond =>
  status(code, {
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!DOCTYPE html><html><head><title>${code}</title></head><body>${code}</body></html>`,
  })

/**
 * Redirects to `location`, with status 302 unless another is given.
 *
 * @example
 * ```ts
 * import { Fault } from "@effect-np6/targets/sandbox"
 *
 * const elsewhere = Fault.redirect(
 *   "https://elsewhere.invalid/targets",
 *   307,
 * )
 * ```
 */
export const redirect = (location: string, code = 302): Respond =>
  status(code, { headers: { location } })

/**
 * Which requests a {@link FaultRule} is for. Whatever is left out matches every request.
 *
 * @example
 * ```ts
 * import type { FaultMatch } from "@effect-np6/targets/sandbox"
 *
 * const creations: FaultMatch = { operation: "targets.create" }
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
