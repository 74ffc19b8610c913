/**
 * What a failed attempt means: the error that a call ends with, and whether it may be replayed.
 *
 * @module
 */
import { parseRetryAfter } from "./retryAfter.ts"
import {
  BadRequest,
  type ClientFailure,
  RateLimited,
  ServerError,
  TransportError,
  type UnexpectedReason,
  UnexpectedResponse,
} from "./Errors.ts"
import { type Documented, documented, type Facts, type Row } from "./endpoint.ts"
import { isEcho, scrub, wordsOf } from "../http/scrub.ts"
import type { Attempted, Head } from "../http/attempt.ts"
import type { Transient } from "./RetryPolicy.ts"
import type { Unreadable } from "../http/body.ts"
import { type Broken, setupOf } from "../http/failure.ts"
import { declaresHtml, isHtml } from "../http/html.ts"
import { keepWords } from "./words.ts"

type Refused = Extract<Attempted<never>, { readonly _tag: "Refused" }>

const transientStatus = new Set([408, 429, 500, 502, 503, 504])

/** Whether a failed call may succeed when it is sent again. */
export const isTransient = (
  failure: { readonly _tag: string; readonly status?: number; readonly detail: string },
): failure is Transient =>
  // A permission that Deno wasn't given doesn't come by asking again.
  (failure._tag === "TransportError" && setupOf(failure.detail) !== "Permission") ||
  transientStatus.has(failure.status ?? 0)

const badRequestStatus = new Set([400, 411, 413, 415, 422])

/** The errors that a call of an endpoint may end with. */
export type Failure<F extends keyof Documented> = Documented[F] | ClientFailure

/**
 * Why a response isn't NP6's, whatever it says: something on the way responded in its place.
 * `undefined` where it may be NP6's.
 */
export const foreign = ({ body, head }: Refused): UnexpectedReason | undefined => {
  const { status } = head
  // A browser hides a redirect behind status 0.
  if (status === 0 || (status >= 300 && status < 400)) return "Redirect"
  if (status === 407) return "Proxy"
  if (isHtml(head, body) || (status < 300 && declaresHtml(head))) return "Html"
  return status === 206 ? "Partial" : undefined
}

/** The error of a failed attempt. */
export const failureOf = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  outcome: Exclude<Attempted<A>, { readonly _tag: "Value" }>,
  secrets: ReadonlyArray<string>,
  facts: Facts,
  nowMillis: number,
): Failure<F> => {
  if (outcome._tag === "Broken") {
    return transportError(withHead(facts, outcome.head), outcome.broken, secrets)
  }
  const { head } = outcome
  const responded = withHead(facts, head)
  if (outcome._tag === "Refused") return rejection(endpoint, outcome, secrets, responded, nowMillis)
  const { problem } = outcome
  // A page in place of a value.
  if (problem._tag === "Html") {
    const page: Refused = { _tag: "Refused", head, body: problem.text }
    return rejection(endpoint, page, secrets, responded, nowMillis)
  }
  const missing = problem._tag === "Nothing" ? endpoint.failures[404] : undefined
  return missing === undefined
    ? unexpected(responded, problem, head)
    : documented[missing](responded)
}

/** The error of a response that is no success, with what it says. */
const rejection = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  refused: Refused,
  secrets: ReadonlyArray<string>,
  facts: Facts,
  nowMillis: number,
): Failure<F> => {
  const { body, head: { headers, status } } = refused
  const said: Facts = { ...facts, detail: scrub(wordsOf(body), secrets) }
  const retryAfter = parseRetryAfter(headers, nowMillis)
  const asked = retryAfter === undefined ? said : { ...said, retryAfter }
  const error = (): Failure<F> => {
    const reason = foreign(refused)
    if (reason !== undefined) return new UnexpectedResponse({ ...asked, reason })
    const failure = endpoint.failures[status]
    if (failure !== undefined) return documented[failure](said)
    if (badRequestStatus.has(status)) return new BadRequest(said)
    if (status === 429) return new RateLimited(asked)
    if (status >= 500 && status < 600) return new ServerError(asked)
    return new UnexpectedResponse({ ...asked, reason: "Status" })
  }
  return keepWords(error(), body)
}

/** Adds what is known of a response. */
export const withHead = (
  facts: Facts,
  head: Pick<Head, "status" | "requestId"> | undefined,
): Facts =>
  head === undefined ? facts : {
    ...facts,
    status: head.status,
    ...(head.requestId === undefined ? {} : { requestId: head.requestId }),
  }

/** The error of a successful response that can't be read. */
export const unexpected = (
  facts: Facts,
  problem: Unreadable,
  head: Pick<Head, "status" | "headers">,
  delivered?: { readonly delivered: number },
): UnexpectedResponse => {
  const reason = problem._tag === "Html" || declaresHtml(head) ? "Html" : "Body"
  return new UnexpectedResponse({
    ...facts,
    ...delivered,
    ...(problem._tag === "Body" ? { detail: problem.detail } : {}),
    reason: problem._tag === "TooLarge" ? "TooLarge" : reason,
  })
}

/** The error of a request without a response, or without a whole one. */
export const transportError = (
  facts: Facts,
  broken: Broken,
  secrets: ReadonlyArray<string>,
  delivered?: { readonly delivered: number },
): TransportError =>
  new TransportError({
    ...facts,
    ...delivered,
    ...(broken.code === undefined || isEcho(broken.code, secrets) ? {} : { detail: broken.code }),
    reason: broken.reason,
  })

/** Whether an attempt may have changed something at NP6. */
export const mayHaveApplied = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  outcome: Attempted<A>,
): boolean => {
  if (endpoint.method === "GET") return false
  if (outcome._tag === "Broken") return outcome.broken.reason !== "Connect"
  // What isn't NP6's says nothing of NP6. (A proxy that asks for credentials sends nothing on.)
  if (outcome._tag === "Refused" && foreign(outcome) === "Html") return true
  // A 4xx means NP6 rejected the request. 408 may come from a proxy that gave up waiting.
  const { status } = outcome.head
  return status < 400 || status >= 500 || status === 408
}
