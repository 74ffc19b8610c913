/**
 * One attempt: a request, and how it ended.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Predicate from "effect/Predicate"
import { readBy, type Reader, readErrorText, type Unreadable } from "./body.ts"
import { type Broken, readFailure } from "./failure.ts"
import type { Send } from "./fetch.ts"
import { declaresHtml } from "./html.ts"
import type { Np6Request } from "./request.ts"
import { isEcho } from "./scrub.ts"
import { within } from "./timeout.ts"

/**
 * How an attempt ended: with a value, with a status that isn't a success, with a response that can't
 * be read, or without a whole response.
 */
export type Attempted<A> =
  | { readonly _tag: "Value"; readonly head: Head; readonly value: A }
  | { readonly _tag: "Refused"; readonly head: Head; readonly body: string }
  | { readonly _tag: "Unreadable"; readonly head: Head; readonly problem: Unreadable }
  | { readonly _tag: "Broken"; readonly head: Head | undefined; readonly broken: Broken }

/** The head of a response. */
export interface Head {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly requestId: string | undefined
}

// Neither a part of a body is (206), nor a page where NP6 has nothing to say.
const isSuccess = <A>(head: Head, reader: Reader<A>): boolean =>
  head.status >= 200 && head.status < 300 && head.status !== 206 &&
  !(reader.kind === "nothing" && declaresHtml(head))

/** Makes one attempt, within the timeout. It doesn't fail: each way in which it ends is a value. */
export const attempt = <A>(
  { send, timeout }: { readonly send: Send; readonly timeout: Duration.Duration },
  reader: Reader<A>,
  request: Np6Request,
  secrets: ReadonlyArray<string>,
): Effect.Effect<Attempted<A>> =>
  Effect.suspend(() => {
    let head: Head | undefined
    const responded = Effect.flatMap(
      execute(send, request),
      (response): Effect.Effect<Effect.Effect<Attempted<A>, Broken>, Broken> => {
        const found = readHead(response.status, response.headers, secrets)
        head = found
        if (!isSuccess(found, reader)) {
          return Effect.map(readErrorText(found, response), (body) =>
            Effect.succeed({ _tag: "Refused", head: found, body }))
        }
        const value = readValue(reader, found, response, timeout)
        // The time of a streamed body is bounded between its pieces, and not as a whole.
        return reader.kind === "streamed"
          ? Effect.succeed(value)
          : Effect.map(value, Effect.succeed)
      },
    )
    return within(responded, timeout, () => Effect.succeed(timedOut(reader, head))).pipe(
      Effect.flatten,
      Effect.catch((broken) => Effect.succeed<Attempted<A>>({ _tag: "Broken", head, broken })),
    )
  })

/** How an attempt ends at its timeout: a body that doesn't come doesn't hide what the status says. */
const timedOut = <A>(reader: Reader<A>, head: Head | undefined): Attempted<A> => {
  if (head !== undefined && !isSuccess(head, reader)) return { _tag: "Refused", head, body: "" }
  return head !== undefined && reader.kind === "nothing"
    ? { _tag: "Value", head, value: reader.value }
    : { _tag: "Broken", head, broken: { reason: "Timeout" } }
}

const execute = (
  send: Send,
  request: Np6Request,
): Effect.Effect<HttpClientResponse.HttpClientResponse, Broken> =>
  send(clientRequestOf(request)).pipe(
    Effect.catch((error): Effect.Effect<HttpClientResponse.HttpClientResponse, Broken> => {
      const reason = Predicate.hasProperty(error, "reason") ? error.reason : undefined
      switch (reason?._tag) {
        // Its cause, and not the words that the client has for it.
        case "TransportError":
          return Effect.fail(readFailure(reason.cause))
        // A client that was told to fail on a status still has the response.
        case "StatusCodeError":
          return Effect.succeed(reason.response)
        case "EncodeError":
        case "InvalidUrlError":
          return Effect.fail<Broken>({ reason: "Connect" })
        // A client that reads bodies, and fails on one, had a response.
        case "DecodeError":
        case "EmptyBodyError":
          return Effect.fail<Broken>({ reason: "Reset" })
        // A client in JavaScript may fail with any value.
        default:
          return Effect.fail(readFailure(error))
      }
    }),
  )

const clientRequestOf = (
  { body, headers, method, url }: Np6Request,
): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(method)(url, {
    headers,
    ...(body === undefined ? {} : { body: HttpBody.uint8Array(body, headers["content-type"]) }),
  })

const readHead = (
  status: number,
  headers: Head["headers"],
  secrets: ReadonlyArray<string>,
): Head => {
  const requestId = headers["x-request-id"]
  return {
    status,
    headers,
    requestId: requestId !== undefined && isRequestId(requestId, secrets) ? requestId : undefined,
  }
}

// It goes into errors, spans and logs.
const isRequestId = (text: string, secrets: ReadonlyArray<string>): boolean =>
  /^[\x21-\x3f\x41-\x7e]{1,128}$/.test(text) && !isEcho(text, secrets)

const readValue = <A>(
  reader: Reader<A>,
  head: Head,
  response: HttpClientResponse.HttpClientResponse,
  timeout: Duration.Duration,
): Effect.Effect<Attempted<A>, Broken> =>
  readBy(reader, head, response, timeout).pipe(
    Effect.map((value): Attempted<A> => ({ _tag: "Value", head, value })),
    Effect.catch((problem) =>
      problem._tag === "Broken"
        ? Effect.fail(problem.broken)
        : Effect.succeed<Attempted<A>>({ _tag: "Unreadable", head, problem })
    ),
  )
