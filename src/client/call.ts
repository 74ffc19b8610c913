/**
 * One call: its attempts, what each of them means, and the value or the error at the end.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as HttpTraceContext from "effect/http/HttpTraceContext"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Tracer from "effect/Tracer"
import { guard } from "../data/guard.ts"
import { attempt, type Attempted, type Head } from "../http/attempt.ts"
import { type Refusal, requestOf, type RequestParts, urlOf } from "../http/request.ts"
import type { Documented, Endpoint, Row } from "./endpoint.ts"
import { InvalidInput, RateLimited } from "./Errors.ts"
import { type Failure, failureOf, foreign, isTransient, mayHaveApplied } from "./failures.ts"
import type { Observation } from "./Gate.ts"
import type { Np6Connection } from "./Np6.ts"
import type { Np6Response } from "./Np6Response.ts"
import { Passage } from "./passage.ts"
import { CurrentRetryPolicy, decider, earn, refund } from "./replay.ts"
import { parseRetryAfter } from "./retryAfter.ts"

/**
 * Calls an endpoint: the operation of its row, with the response. Arguments are checked and copied
 * when the effect runs.
 */
export const call = <Args extends ReadonlyArray<unknown>, A, F extends keyof Documented>(
  connection: Np6Connection,
  endpoint: Endpoint<Args, A, F>,
) =>
(...args: Args): Effect.Effect<Np6Response<A>, Failure<F>> =>
  Effect.withFiber((fiber) => {
    const checked = check(connection, endpoint, args)
    if (Result.isFailure(checked)) return refuse(endpoint, checked.failure)
    const { parts, url } = checked.success
    return isTraced(connection, fiber)
      ? traced(endpoint, url, (span) => run(connection, endpoint, url, parts, fiber, span))
      : run(connection, endpoint, url, parts, fiber, undefined)
  })

/** Whether somebody can see a span: it costs as much as everything else that a call does here. */
const isTraced = (
  { isObserved, propagateTrace }: Np6Connection,
  { context }: Fiber.Fiber<unknown, unknown>,
): boolean =>
  isObserved || propagateTrace || Context.getOrUndefined(context, Tracer.Tracer) !== undefined

/** Runs a call in a span, which ends with the status of a success and not with its value. */
const traced = <A, F extends keyof Documented, E>(
  endpoint: Row<A, F>,
  url: URL,
  run: (span: Tracer.Span) => Effect.Effect<Np6Response<A>, E>,
): Effect.Effect<Np6Response<A>, E> =>
  Effect.flatMap(
    Effect.makeSpan(endpoint.operation, {
      kind: "client",
      attributes: spanAttributes(endpoint, url),
    }),
    (span) =>
      Effect.onExit(
        Effect.withParentSpan(run(span), span, { captureStackTrace: false }),
        (exit) => endSpan(span, Exit.map(exit, ({ status }) => status)),
      ),
  )

const endSpan = (span: Tracer.Span, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeNanos, (now) => span.end(now, exit))

const check = <Args extends ReadonlyArray<unknown>, A, F extends keyof Documented>(
  connection: Np6Connection,
  endpoint: Endpoint<Args, A, F>,
  args: Args,
): Result.Result<{ readonly parts: RequestParts; readonly url: URL }, Refusal> =>
  guard(
    () =>
      Result.flatMap(endpoint.request(...args), (parts) => {
        const url = urlOf(connection.baseUrl, endpoint.path, parts)
        return url === undefined ? elsewhere : Result.succeed({ parts, url })
      }),
    { input: "arguments", problem: "they can't be read" },
  )

const elsewhere: Result.Result<never, Refusal> = Result.fail({
  input: "arguments",
  problem: "they make a request to another endpoint",
})

const refuse = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  refusal: Refusal,
): Effect.Effect<never, InvalidInput> =>
  Effect.fail(
    new InvalidInput({ operation: endpoint.operation, applied: "no", attempts: 0, ...refusal }),
  )

const spanAttributes = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  url: URL,
): Record<string, unknown> => ({
  "np6.operation": endpoint.operation,
  "http.request.method": endpoint.method,
  "url.template": endpoint.path,
  "server.address": url.hostname,
})

const run = Effect.fnUntraced(function* <A, F extends keyof Documented>(
  connection: Np6Connection,
  endpoint: Row<A, F>,
  url: URL,
  parts: RequestParts,
  fiber: Fiber.Fiber<unknown, unknown>,
  span: Tracer.Span | undefined,
): Effect.fn.Return<Np6Response<A>, Failure<F>> {
  const clock = fiber.getRef(Clock.Clock)
  const policy = fiber.getRef(CurrentRetryPolicy) ?? connection.retry
  let decide = decider(policy, connection.spending, clock)
  const request = requestOf(connection, endpoint, url, parts, traceHeaders(connection, span))
  const secrets = [Redacted.value(connection.apiKey), ...parts.personal ?? []]
  const attempted = attempt(connection, endpoint.read, request, secrets)
  earn(connection.spending, policy)
  const passage = new Passage(connection.gate, connection.timeout, fiber)
  let mayBeApplied = false
  let free = 0
  for (let attempts = 1;; attempts++) {
    const report = yield* Effect.mapError(
      passage.enter(attempts),
      () => overdue(endpoint, mayBeApplied, attempts - 1),
    )
    if (passage.free > free) {
      // An outage, or a refusal by accident: the call's retries begin anew.
      refund(connection.spending, policy, passage.free - free - 1)
      free = passage.free
      decide = decider(policy, connection.spending, clock)
    }
    const outcome: Attempted<A> = settle(endpoint, yield* attempted, mayBeApplied)
    yield* report(observationOf(outcome, clock.currentTimeMillisUnsafe()))
    if (span !== undefined) describeAttempt(span, attempts, outcome)
    if (outcome._tag === "Value") return { ...outcome.head, value: outcome.value, attempts }
    const applied: boolean = mayHaveApplied(endpoint, outcome)
    mayBeApplied ||= applied
    const failure = failureOf(endpoint, outcome, secrets, {
      operation: endpoint.operation,
      applied: mayBeApplied ? "unknown" : "no",
      attempts,
    }, clock.currentTimeMillisUnsafe())
    const mayReplay = endpoint.replay === "always" || !applied || policy.replayCreate
    const wait = mayReplay && isTransient(failure) && !passage.isHeld
      ? yield* decide(failure, attempts - free)
      : undefined
    if (wait === undefined) {
      if (yield* passage.review(failure, mayReplay, attempts)) continue
      return yield* Effect.fail(failure)
    }
    passage.note(failure)
    yield* Effect.logDebug(`${endpoint.operation} is retried`).pipe(
      Effect.annotateLogs({ failure: failure._tag, attempts, wait: String(wait) }),
    )
    yield* Effect.sleep(wait)
  }
})

/** The failure of a call that its connection's rate limit has held back for too long. */
const overdue = <A, F extends keyof Documented>(
  { operation }: Row<A, F>,
  mayBeApplied: boolean,
  attempts: number,
): RateLimited =>
  new RateLimited({
    operation,
    applied: mayBeApplied ? "unknown" : "no",
    attempts,
    detail: "the connection's own rate limit held it back for as long as it may wait",
  })

const observationOf = <A>(outcome: Attempted<A>, nowMillis: number): Observation => {
  const { status, headers } = (outcome._tag === "Broken" ? undefined : outcome.head) ?? noHead
  return { status, headers, retryAfter: parseRetryAfter(headers, nowMillis) }
}

const noHead: { readonly status: undefined; readonly headers: Head["headers"] } = {
  status: undefined,
  headers: {},
}

const describeAttempt = <A>(span: Tracer.Span, attempts: number, outcome: Attempted<A>): void => {
  span.attribute("np6.attempts", attempts)
  if (outcome.head === undefined) return
  span.attribute("http.response.status_code", outcome.head.status)
  if (outcome.head.requestId !== undefined) span.attribute("np6.request_id", outcome.head.requestId)
}

// The ids of a trace may be a stranger's, who called the caller.
const isTraceHeader = (value: string): boolean => /^[\w-]{1,256}$/.test(value)

const traceHeaders = (
  connection: Np6Connection,
  span: Tracer.Span | undefined,
): { readonly [name: string]: string } | undefined => {
  if (!connection.propagateTrace || span === undefined) return undefined
  const headers = HttpTraceContext.toHeaders(span)
  return Object.values(headers).every(isTraceHeader) ? headers : undefined
}

/** What an attempt means after others, one of which may have been applied. */
const settle = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  outcome: Attempted<A>,
  mayBeApplied: boolean,
): Attempted<A> => {
  const { afterReplay, also, done } = endpoint
  if (outcome._tag === "Value") {
    return mayBeApplied && afterReplay !== undefined
      ? { ...outcome, value: afterReplay(outcome.value) }
      : outcome
  }
  if (outcome._tag !== "Refused" || foreign(outcome) !== undefined) return outcome
  const success = [also, mayBeApplied ? done : undefined].find((success) =>
    success?.status === outcome.head.status
  )
  return success === undefined
    ? outcome
    : { _tag: "Value", head: outcome.head, value: success.value }
}
