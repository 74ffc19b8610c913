/**
 * What each cell of the matrix must come to, derived from what is promised of the operation and from
 * what can be seen of the fault. None of it is taken from the library.
 */
import { type Body, type Fault, isDelivered, type Runtime, type Seen } from "./faults.ts"
import type { Operation } from "./operations.ts"

/** How a fault is met. */
export interface Circumstances {
  /** Whether the fault strikes every request, or the first; those after it may be refused. */
  readonly strikes: "always" | "once" | "once, then 403"
  /** Whether the connection had carried a request before. */
  readonly connection: "fresh" | "used"
  /** Whether the layer's client is its own over `fetch`, or that one in the hands of the caller. */
  readonly client: "own" | "wrapped"
}

/** What a call must come to. */
export interface Expected {
  /** `value`, or the error's tag and reason. */
  readonly outcome: string
  /** Only of an error. */
  readonly applied: "no" | "unknown" | undefined
  readonly attempts: number
  readonly status: number | undefined
  /** In seconds. */
  readonly retryAfter: number | undefined
  /** How many requests reach the proxy. */
  readonly requests: number
  /** Whether NP6 has done what was asked, once; if not, nothing has changed there. */
  readonly isDone: boolean
  /** How long the waits between attempts are that NP6 asked for, in seconds. */
  readonly waited: number
  /** How long the call may take, waits included, in seconds. */
  readonly atMost: number
}

/** The timeout of an attempt, in seconds. */
export const timeout = 4
/** How often a call is tried again. */
export const retries = 2
/** The longest Retry-After that is obeyed, in seconds. */
export const patience = 60

/** What one attempt comes to, by itself. */
interface Outcome {
  readonly is: string
  readonly status?: number | undefined
  readonly retryAfter?: number | undefined
  /** Whether NP6 may have done what was asked. */
  readonly mayBeApplied: boolean
  /** Whether another attempt may do better. */
  readonly isTransient: boolean
}

const transientStatuses = [408, 429, 500, 502, 503, 504]
const badRequests = [400, 411, 413, 415, 422]

const broken = { is: "TransportError/Reset", isTransient: true }
const silent = { is: "TransportError/Timeout", isTransient: true }
const unreadable = { is: "UnexpectedResponse/Body", isTransient: false }
const page = { is: "UnexpectedResponse/Html", isTransient: false }
const tooLarge = { is: "UnexpectedResponse/TooLarge", isTransient: false }
const value = { is: "value", isTransient: false }

/** What a body under a 2xx comes to where it is read as a target. */
const asTarget: Readonly<Record<Body, { readonly is: string; readonly isTransient: boolean }>> = {
  whole: value,
  empty: unreadable,
  other: unreadable,
  page,
  broken,
  short: unreadable,
  silent,
  slow: silent,
  large: tooLarge,
}

const readings: Readonly<Record<Operation["reads"], typeof asTarget>> = {
  target: asTarget,
  // A bulk delete may report nothing.
  report: { ...asTarget, empty: value },
  // It may take its time, as long as it isn't silent.
  list: { ...asTarget, slow: value },
  // And what has begun to arrive can't be taken back, so nothing is tried again.
  stream: {
    ...asTarget,
    slow: value,
    broken: { ...broken, isTransient: false },
    silent: { ...silent, isTransient: false },
  },
  // The status has said it all.
  nothing: {
    whole: value,
    empty: value,
    other: value,
    page,
    broken: value,
    short: value,
    silent: value,
    slow: value,
    large: value,
  },
}

const refusal = (operation: Operation, status: number, body: Body): string => {
  if (body === "page") return page.is
  const documented = operation.documented[status]
  if (documented !== undefined) return documented
  if (badRequests.includes(status)) return "BadRequest"
  if (status === 407) return "UnexpectedResponse/Proxy"
  if (status === 429) return "RateLimited"
  if (status >= 500) return "ServerError"
  return status < 400 ? "UnexpectedResponse/Redirect" : "UnexpectedResponse/Status"
}

const outcomeOf = (operation: Operation, seen: Seen): Outcome => {
  const { writes } = operation
  switch (seen._tag) {
    case "NoConnection":
      return { is: "TransportError/Connect", mayBeApplied: false, isTransient: true }
    case "Broken":
    case "Garbled":
      return { ...broken, mayBeApplied: writes }
    case "Silence":
      return { ...silent, mayBeApplied: writes }
    case "Answered": {
      const { body, status } = seen
      if (status === 206) {
        return {
          is: "UnexpectedResponse/Partial",
          status,
          mayBeApplied: writes,
          isTransient: false,
        }
      }
      if (status < 300) return { ...readings[operation.reads][body], status, mayBeApplied: writes }
      return {
        is: refusal(operation, status, body),
        status,
        // Only an answer that asks to wait can say for how long.
        retryAfter: status === 429 || status >= 500 ? seen.retryAfter : undefined,
        mayBeApplied: writes &&
          (status < 400 || status >= 500 || status === 408 || body === "page"),
        isTransient: transientStatuses.includes(status),
      }
    }
  }
}

/**
 * Whether a runtime's `fetch` sends a request once more on its own. Deno and Bun repeat what breaks on
 * a used connection, which the library lets them do with what only reads. Node repeats what is
 * answered 421, which says that nobody has looked at the request.
 */
const isRepeated = (
  runtime: Runtime,
  operation: Operation,
  seen: Seen,
  connection: Circumstances["connection"],
): boolean => {
  switch (runtime) {
    case "Deno":
    case "Bun":
      return seen._tag === "Broken" && connection === "used" && !operation.writes
    case "Node":
      return seen._tag === "Answered" && seen.status === 421
    case "workerd":
      return false
  }
}

/** What goes over connections that were used before: Deno repeats no body that it can't copy. */
const isShared: { readonly [runtime in Runtime]: (operation: Operation) => boolean } = {
  Deno: ({ hasBody, writes }) => !writes || hasBody === true,
  Bun: ({ writes }) => !writes,
  Node: () => true,
  workerd: () => true,
}

/** Whether a call goes over the connection that was used before. */
export const goesOverUsed = (
  runtime: Runtime,
  operation: Operation,
  { connection }: Circumstances,
): boolean => connection === "used" && isShared[runtime](operation)

/** What NP6 answers when nothing is wrong. */
const answered = (operation: Operation, isDone: boolean): Seen => {
  const first = operation.reads === "nothing" ? 204 : 200
  return { _tag: "Answered", status: isDone ? operation.again : first, body: "whole" }
}

const refused: Seen = { _tag: "Answered", status: 403, body: "empty" }

/** What the call must come to. */
export const expect = (
  runtime: Runtime,
  operation: Operation,
  fault: Fault,
  { connection, strikes }: Circumstances,
): Expected => {
  let sent = 0
  let requests = 0
  let isDone = false
  let mayBeApplied = false
  let waited = 0
  let silence = 0
  /** After a 429 the connection spaces its requests: for at most one timeout, in all attempts. */
  let spacing = 0
  /** One request, of which NP6 hears if the fault lets it. */
  const send = (): Seen => {
    const isStruck = strikes === "always" || sent === 0
    const isRefused = !isStruck && strikes === "once, then 403"
    const seen = isStruck
      ? fault.seenOn?.[runtime] ?? fault.seen
      : isRefused
      ? refused
      : answered(operation, isDone)
    sent++
    if (!isStruck || typeof fault.act === "function") requests++
    isDone ||= operation.writes && !isRefused && (!isStruck || isDelivered(fault))
    return seen
  }
  for (let attempts = 1;; attempts++) {
    let seen: Seen = send()
    if (isRepeated(runtime, operation, seen, attempts === 1 ? connection : "fresh")) seen = send()
    const outcome = outcomeOf(operation, seen)
    if (takesTime(seen)) silence += fault.timeout ?? timeout
    const isSuccess = outcome.is === "value" ||
      (mayBeApplied && operation.done !== undefined && outcome.status === operation.done &&
        !outcome.is.startsWith("UnexpectedResponse"))
    mayBeApplied ||= outcome.mayBeApplied
    const expected: Expected = {
      outcome: isSuccess ? "value" : outcome.is,
      applied: isSuccess ? undefined : mayBeApplied ? "unknown" : "no",
      attempts,
      status: outcome.status,
      retryAfter: isSuccess ? undefined : outcome.retryAfter,
      requests,
      isDone,
      waited,
      atMost: waited + spacing + (takesItsTime(operation, seen) ? Infinity : silence),
    }
    const asked = outcome.retryAfter ?? 0
    const isReplayed = !isSuccess && outcome.isTransient && attempts <= retries &&
      asked <= patience && (operation.replays || !outcome.mayBeApplied)
    if (!isReplayed) return expected
    waited += asked
    if (outcome.status === 429) spacing = timeout
  }
}

const takesTime = (seen: Seen): boolean =>
  seen._tag === "Silence" ||
  (seen._tag === "Answered" && (seen.body === "silent" || seen.body === "slow"))

const takesItsTime = (operation: Operation, seen: Seen): boolean =>
  (operation.reads === "list" || operation.reads === "stream") && seen._tag === "Answered" &&
  seen.body === "slow"
