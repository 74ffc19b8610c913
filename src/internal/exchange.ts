/**
 * One attempt: a request, and what came of it.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import type { Connection } from "./connection.ts"
import type { Documented, Row } from "./endpoints.ts"
import { withFetch } from "./fetch.ts"
import { readErrorText, type Unreadable } from "./response.ts"
import { type Broken, readFailure } from "./transport.ts"

/** What came of one attempt. */
export type Outcome<A> =
  | { readonly _tag: "Value"; readonly head: Head; readonly value: A }
  | { readonly _tag: "Refused"; readonly head: Head; readonly body: string }
  | { readonly _tag: "Unreadable"; readonly head: Head; readonly problem: Unreadable }
  | { readonly _tag: "Broken"; readonly head: Head | undefined; readonly broken: Broken }

/** The head of an answer. */
export interface Head {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly requestId: string | undefined
}

const isSuccess = (head: Head): boolean => head.status >= 200 && head.status < 300

/** Makes one attempt, within the timeout. It doesn't fail: whatever happens is an outcome. */
export const perform = <A, F extends keyof Documented>(
  connection: Connection,
  endpoint: Row<A, F>,
  request: HttpClientRequest.HttpClientRequest,
  secrets: ReadonlyArray<string>,
): Effect.Effect<Outcome<A>> =>
  Effect.suspend(() => {
    let head: Head | undefined
    const broken = (broken: Broken): Outcome<A> => ({ _tag: "Broken", head, broken })
    // In two steps, because what streams has its time between the pieces, not for the whole.
    const answered = Effect.flatMap(
      execute(connection, endpoint, request),
      (response): Effect.Effect<Effect.Effect<Outcome<A>, Broken>, Broken> => {
        head = readHead(response, secrets)
        if (!isSuccess(head)) return Effect.map(readRefusal(head, response), Effect.succeed)
        const value = readValue(endpoint, head, response, connection.timeout)
        return endpoint.isStreamed === true
          ? Effect.succeed(value)
          : Effect.map(value, Effect.succeed)
      },
    )
    return answered.pipe(
      Effect.timeoutOrElse({
        duration: connection.timeout,
        orElse: () => Effect.succeed(Effect.succeed(withoutBody(endpoint, head))),
      }),
      Effect.flatten,
      Effect.catch((cause) => Effect.succeed(broken(cause))),
    )
  })

/** What a timeout leaves: a body that doesn't come doesn't hide what the status said. */
const withoutBody = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  head: Head | undefined,
): Outcome<A> => {
  if (head !== undefined && !isSuccess(head)) return { _tag: "Refused", head, body: "" }
  return head !== undefined && endpoint.withoutBody !== undefined
    ? { _tag: "Value", head, value: endpoint.withoutBody.value }
    : { _tag: "Broken", head, broken: { reason: "Timeout" } }
}

const execute = <A, F extends keyof Documented>(
  connection: Connection,
  endpoint: Row<A, F>,
  request: HttpClientRequest.HttpClientRequest,
): Effect.Effect<HttpClientResponse.HttpClientResponse, Broken> => {
  const isRepeatable = endpoint.method === "GET"
  return withFetch(
    connection.client.execute(request),
    isRepeatable ? connection.fetch.repeatable : connection.fetch.once(),
  ).pipe(
    Effect.catch((error) => {
      switch (error.reason._tag) {
        case "TransportError":
          return Effect.fail(readFailure(error.reason.cause))
        // A client that was told to fail on a status still has the answer.
        case "StatusCodeError":
          return Effect.succeed(error.reason.response)
        case "EncodeError":
        case "InvalidUrlError":
          return Effect.fail<Broken>({ reason: "Connect" })
        // A client that reads bodies by itself, and fails on one, had an answer.
        case "DecodeError":
        case "EmptyBodyError":
          return Effect.fail<Broken>({ reason: "Reset" })
      }
    }),
  )
}

const readHead = (
  response: HttpClientResponse.HttpClientResponse,
  secrets: ReadonlyArray<string>,
): Head => {
  const headers = response.headers
  const requestId = headers["x-request-id"]
  return {
    status: response.status,
    headers,
    requestId: requestId !== undefined && isRequestId(requestId, secrets) ? requestId : undefined,
  }
}

// It goes into errors, spans and logs, so it must not be what a server made of what was sent.
const isRequestId = (text: string, secrets: ReadonlyArray<string>): boolean =>
  /^[\x21-\x3f\x41-\x7e]{1,128}$/.test(text) &&
  !secrets.some((secret) => secret.length >= 4 && text.includes(secret))

const readRefusal = (
  head: Head,
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<Outcome<never>> =>
  Effect.map(readErrorText(response), (body) => ({ _tag: "Refused", head, body }))

const readValue = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  head: Head,
  response: HttpClientResponse.HttpClientResponse,
  timeout: Duration.Duration,
): Effect.Effect<Outcome<A>, Broken> =>
  endpoint.read(response, timeout).pipe(
    Effect.map((value): Outcome<A> => ({ _tag: "Value", head, value })),
    Effect.catch((problem) =>
      problem._tag === "Broken"
        ? Effect.fail(problem.broken)
        : Effect.succeed<Outcome<A>>({ _tag: "Unreadable", head, problem })
    ),
  )
