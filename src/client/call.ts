/**
 * One call: the attempts, what each of them means, and the value or the error at the end.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as HttpTraceContext from "effect/http/HttpTraceContext"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Tracer from "effect/Tracer"
import type { Np6Response } from "./Np6Response.ts"
import { InvalidInput } from "./Errors.ts"
import type { Observation } from "./Gate.ts"
import type { RetryPolicy } from "./RetryPolicy.ts"
import { CurrentAttempts } from "./attempts.ts"
import { type Connection, requestOf } from "./connection.ts"
import { type Refusal, type RequestParts, urlOf } from "../http/request.ts"
import type { Documented, Endpoint, Row } from "./endpoint.ts"
import { type Attempted, type Head, perform } from "../http/attempt.ts"
import { decider, earn, parseRetryAfter } from "./replay.ts"
import { type Failure, failureOf, isTransient, mayHaveApplied } from "./failures.ts"

/** The policy that a scope sets over the layer's. */
export const CurrentRetryPolicy: Context.Reference<RetryPolicy | undefined> = Context.Reference(
  "@effect-np6/targets/CurrentRetryPolicy",
  { defaultValue: (): RetryPolicy | undefined => undefined },
)

/** Calls an endpoint: the operation of its row, with the answer it came in. */
export const call = <Args extends ReadonlyArray<unknown>, A, F extends keyof Documented>(
  connection: Connection,
  endpoint: Endpoint<Args, A, F>,
) =>
(...args: Args): Effect.Effect<Np6Response<A>, Failure<F>> => {
  // Now, and not when the effect runs: what is deleted is what was named.
  const checked = check(connection, endpoint, args)
  if (Result.isFailure(checked)) return refuse(endpoint, checked.failure)
  const { parts, url } = checked.success
  return Effect.withFiber((fiber) =>
    isTraced(connection, fiber)
      ? Effect.useSpan(
        endpoint.operation,
        { kind: "client", attributes: spanAttributes(endpoint, url) },
        (span) =>
          Effect.withParentSpan(run(connection, endpoint, url, parts, fiber, span), span, {
            captureStackTrace: false,
          }),
      )
      : run(connection, endpoint, url, parts, fiber, undefined)
  )
}

/** Whether anybody can see a span: it costs as much as all else that a call does here. */
const isTraced = (
  { isObserved, propagateTrace }: Connection,
  { context }: Fiber.Fiber<unknown, unknown>,
): boolean =>
  isObserved || propagateTrace || Context.getOrUndefined(context, Tracer.Tracer) !== undefined

const check = <Args extends ReadonlyArray<unknown>, A, F extends keyof Documented>(
  connection: Connection,
  endpoint: Endpoint<Args, A, F>,
  args: Args,
): Result.Result<{ readonly parts: RequestParts; readonly url: URL }, Refusal> => {
  try {
    return Result.flatMap(endpoint.request(...args), (parts) => {
      const url = urlOf(connection.base, endpoint.path, parts)
      return url === undefined ? elsewhere : Result.succeed({ parts, url })
    })
  } catch {
    // A getter or a proxy of the caller's threw.
    return Result.fail({ input: "arguments", problem: "they can't be read" })
  }
}

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
  connection: Connection,
  endpoint: Row<A, F>,
  url: URL,
  parts: RequestParts,
  fiber: Fiber.Fiber<unknown, unknown>,
  span: Tracer.Span | undefined,
): Effect.fn.Return<Np6Response<A>, Failure<F>> {
  const clock = fiber.getRef(Clock.Clock)
  const policy = fiber.getRef(CurrentRetryPolicy) ?? connection.retry
  const decide = decider(policy, connection.spending, clock.currentTimeMillisUnsafe())
  const request = requestOf(connection, endpoint, url, parts, traceHeaders(connection, span))
  const secrets = [Redacted.value(connection.apiKey), ...parts.personal ?? []]
  const attempt = perform(connection, endpoint, request, secrets)
  earn(connection.spending, policy)
  const counter = fiber.getRef(CurrentAttempts)
  let mayBeApplied = false
  for (let attempts = 1;; attempts++) {
    yield* connection.gate.acquire
    if (counter !== undefined) {
      counter.requests++
      if (attempts > 1) counter.retries++
    }
    const outcome: Attempted<A> = settle(endpoint, yield* attempt, mayBeApplied)
    yield* connection.gate.observe(observationOf(outcome, clock.currentTimeMillisUnsafe()))
    if (span !== undefined) describeAttempt(span, attempts, outcome)
    if (outcome._tag === "Value") return { ...outcome.head, value: outcome.value, attempts }
    const applied: boolean = mayHaveApplied(endpoint, outcome)
    mayBeApplied ||= applied
    const failure = failureOf(endpoint, outcome, secrets, {
      operation: endpoint.operation,
      applied: mayBeApplied ? "unknown" : "no",
      attempts,
    }, clock.currentTimeMillisUnsafe())
    const mayReplay = endpoint.replay === "always" || !applied || policy.replaysCreate
    const wait = mayReplay && isTransient(failure) ? yield* decide(failure, attempts) : undefined
    if (wait === undefined) return yield* Effect.fail(failure)
    yield* Effect.logDebug(`${endpoint.operation} is tried again`).pipe(
      Effect.annotateLogs({ failure: failure._tag, attempts, wait: String(wait) }),
    )
    yield* Effect.sleep(wait)
  }
})

const observationOf = <A>(outcome: Attempted<A>, nowMillis: number): Observation => {
  const { status, headers } = (outcome._tag === "Broken" ? undefined : outcome.head) ?? noHead
  return { status, headers, retryAfter: parseRetryAfter(headers["retry-after"], nowMillis) }
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
  connection: Connection,
  span: Tracer.Span | undefined,
): { readonly [name: string]: string } | undefined => {
  if (!connection.propagateTrace || span === undefined) return undefined
  const headers = HttpTraceContext.toHeaders(span)
  return Object.values(headers).every(isTraceHeader) ? headers : undefined
}

/** Reads an outcome in the light of the attempts before it, one of which may have been applied. */
const settle = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  outcome: Attempted<A>,
  mayBeApplied: boolean,
): Attempted<A> => {
  if (!mayBeApplied) return outcome
  const { afterReplay, done } = endpoint
  if (outcome._tag === "Value" && afterReplay !== undefined) {
    return { ...outcome, value: afterReplay(outcome.value) }
  }
  return outcome._tag === "Refused" && outcome.head.status === done?.status
    ? { _tag: "Value", head: outcome.head, value: done.value }
    : outcome
}
