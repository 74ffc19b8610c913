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
  UnexpectedResponse,
} from "./Errors.ts"
import { type Documented, documented, type Facts, type Row } from "./endpoint.ts"
import { isEcho, scrub, wordsOf } from "../http/scrub.ts"
import type { Attempted, Head } from "../http/attempt.ts"
import type { Transient } from "./RetryPolicy.ts"
import type { Unreadable } from "../http/body.ts"
import type { Broken } from "../http/failure.ts"

// A permission that Deno wasn't given: nothing was sent, and it doesn't come by asking again.
const notCapable = "NOT_CAPABLE"

const transientStatus = new Set([408, 429, 500, 502, 503, 504])

/** Whether a failed call may succeed when it is sent again. */
export const isTransient = (
  failure: { readonly _tag: string; readonly status?: number; readonly detail?: string },
): failure is Transient =>
  (failure._tag === "TransportError" && failure.detail !== notCapable) ||
  transientStatus.has(failure.status ?? 0)

const badRequestStatus = new Set([400, 411, 413, 415, 422])

/** The errors that a call of an endpoint may end with. */
export type Failure<F extends keyof Documented> = Documented[F] | ClientFailure

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
  const answered = withHead(facts, head)
  if (outcome._tag === "Unreadable") {
    const missing = outcome.problem._tag === "Nothing" ? endpoint.failures[404] : undefined
    return missing === undefined
      ? unexpected(answered, outcome.problem)
      : documented[missing](answered)
  }
  const detail = scrub(wordsOf(outcome.body), secrets)
  const said: Facts = detail === "" ? answered : { ...answered, detail }
  const failure = endpoint.failures[head.status]
  if (failure !== undefined) return documented[failure](said)
  if (badRequestStatus.has(head.status)) return new BadRequest(said)
  if (head.status === 429 || (head.status >= 500 && head.status < 600)) {
    const retryAfter = parseRetryAfter(head.headers, nowMillis)
    const asked = retryAfter === undefined ? said : { ...said, retryAfter }
    return head.status === 429 ? new RateLimited(asked) : new ServerError(asked)
  }
  // A browser hides a redirect behind status 0.
  const isRedirect = head.status === 0 || (head.status >= 300 && head.status < 400)
  return new UnexpectedResponse({ ...said, reason: isRedirect ? "Redirect" : "Status" })
}

/** Adds what is known of an answer. */
export const withHead = (
  facts: Facts,
  head: Pick<Head, "status" | "requestId"> | undefined,
): Facts =>
  head === undefined ? facts : {
    ...facts,
    status: head.status,
    ...(head.requestId === undefined ? {} : { requestId: head.requestId }),
  }

/** The error of an answer that can't be read. */
export const unexpected = (
  facts: Facts,
  problem: Unreadable,
  delivered?: { readonly delivered: number },
): UnexpectedResponse =>
  new UnexpectedResponse({
    ...facts,
    ...delivered,
    ...(problem._tag === "Body" ? { detail: problem.detail } : {}),
    reason: problem._tag === "TooLarge" ? "TooLarge" : "Body",
  })

/** The error of an exchange that broke. */
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
  // Any 4xx is a refusal, but for 408, which is somebody's impatience.
  const { status } = outcome.head
  return status < 400 || status >= 500 || status === 408
}
