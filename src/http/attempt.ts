/**
 * One attempt: a request, and what came of it.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type { Connection } from "../client/connection.ts"
import type { Np6Request } from "./request.ts"
import type { Documented, Row } from "../client/endpoint.ts"
import { type Stop, within } from "./deadlines.ts"
import { isPlainFetch, withFetch } from "./fetch.ts"
import { readBody, recordOf } from "./fetchBody.ts"
import { fold, isEcho } from "./scrub.ts"
import {
  errorBody,
  errorText,
  isEmpty,
  readBy,
  type Reader,
  readErrorText,
  tooLarge,
  type Unreadable,
  wholeBody,
} from "./body.ts"
import { type Broken, readFailure } from "./failure.ts"

/** What came of one attempt. */
export type Attempted<A> =
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
  request: Np6Request,
  secrets: ReadonlyArray<string>,
): Effect.Effect<Attempted<A>> =>
  endpoint.read.kind !== "streamed" && isPlainFetch(connection.client)
    ? performByFetch(connection, endpoint.read, request, secrets)
    : performByClient(connection, endpoint, request, secrets)

/** What a timeout leaves: a body that doesn't come doesn't hide what the status said. */
const timedOut = <A>(reader: Reader<A>, head: Head | undefined): Attempted<A> => {
  if (head !== undefined && !isSuccess(head)) return { _tag: "Refused", head, body: "" }
  return head !== undefined && reader.kind === "nothing"
    ? { _tag: "Value", head, value: reader.value }
    : { _tag: "Broken", head, broken: { reason: "Timeout" } }
}

const performByClient = <A, F extends keyof Documented>(
  connection: Connection,
  endpoint: Row<A, F>,
  request: Np6Request,
  secrets: ReadonlyArray<string>,
): Effect.Effect<Attempted<A>> =>
  Effect.suspend(() => {
    let head: Head | undefined
    // In two steps, because what streams has its time between the pieces, not for the whole.
    const answered = Effect.flatMap(
      execute(connection, request),
      (response): Effect.Effect<Effect.Effect<Attempted<A>, Broken>, Broken> => {
        const found = readHead(response.status, response.headers, secrets)
        head = found
        if (!isSuccess(found)) {
          return Effect.map(readErrorText(found, response), (body) =>
            Effect.succeed({ _tag: "Refused", head: found, body }))
        }
        const value = readValue(endpoint, found, response, connection.timeout)
        return endpoint.read.kind === "streamed"
          ? Effect.succeed(value)
          : Effect.map(value, Effect.succeed)
      },
    )
    return within(
      answered,
      connection.deadlines,
      () =>
        Effect.succeed(Effect.succeed(timedOut(endpoint.read, head))),
    ).pipe(
      Effect.flatten,
      Effect.catch((broken) => Effect.succeed<Attempted<A>>({ _tag: "Broken", head, broken })),
    )
  })

/**
 * The same over plain fetch, without what a client that could be any costs: one suspension of the
 * fiber, where that has five.
 */
const performByFetch = <A>(
  connection: Connection,
  reader: Exclude<Reader<A>, { readonly kind: "streamed" }>,
  request: Np6Request,
  secrets: ReadonlyArray<string>,
): Effect.Effect<Attempted<A>> =>
  Effect.withFiber((fiber) =>
    Effect.callback<Attempted<A>>((resume) => {
      const { context } = fiber
      const abort = new AbortController()
      let head: Head | undefined
      let isOver = false
      let stop: Stop = () => {}
      let stopDraining: Stop = () => {}
      const end = () => {
        isOver = true
        stop()
        stopDraining()
      }
      const settle = (outcome: Effect.Effect<Attempted<A>>) => {
        end()
        resume(outcome)
      }
      const giveUp = (outcome: Attempted<A>) => {
        abort.abort()
        settle(Effect.succeed(outcome))
      }
      const exchange = async (): Promise<Effect.Effect<Attempted<A>>> => {
        const response = await connection.fetch.send(context, request, abort.signal)
        const found = readHead(response.status, recordOf(response.headers), secrets)
        head = found
        if (!isSuccess(found)) {
          const body = await readBody(found, response, errorBody, abort.signal).then(
            (bytes = new Uint8Array()) => errorText(bytes),
            () => "",
          )
          return Effect.succeed({ _tag: "Refused", head: found, body })
        }
        if (reader.kind === "nothing") {
          const value: Attempted<A> = { _tag: "Value", head: found, value: reader.value }
          if (isEmpty(found) || isOver) return Effect.succeed(value)
          stopDraining = connection.drains.start(fiber, () => giveUp(value))
          await readBody(found, response, errorBody, abort.signal).catch(() => {})
          return Effect.succeed(value)
        }
        const body = await readBody(found, response, wholeBody, abort.signal)
        return body === undefined
          ? Effect.succeed({ _tag: "Unreadable", head: found, problem: tooLarge })
          // Here and not in the promise: a bug is to die of itself.
          : Effect.sync(() => outcomeOf(found, reader.decode(body)))
      }
      stop = connection.deadlines.start(fiber, () => giveUp(timedOut(reader, head)))
      // A clock that doesn't wait has ended it already.
      if (isOver) return stop()
      exchange().then(
        settle,
        (error) => settle(Effect.succeed({ _tag: "Broken", head, broken: readFailure(error) })),
      )
      return Effect.sync(() => {
        end()
        abort.abort()
      })
    })
  )

const outcomeOf = <A>(head: Head, read: Result.Result<A, Unreadable>): Attempted<A> =>
  Result.isSuccess(read)
    ? { _tag: "Value", head, value: read.success }
    : { _tag: "Unreadable", head, problem: read.failure }

const execute = (
  connection: Connection,
  request: Np6Request,
): Effect.Effect<HttpClientResponse.HttpClientResponse, Broken> =>
  withFetch(
    connection.client.execute(clientRequestOf(request)),
    connection.fetch.settingsOf(request),
  ).pipe(
    Effect.catch((error) => {
      const reason = Predicate.hasProperty(error, "reason") ? error.reason : undefined
      switch (reason?._tag) {
        // Its cause, and not the words that the client has for it.
        case "TransportError":
          return Effect.fail(readFailure(reason.cause))
        // A client that was told to fail on a status still has the answer.
        case "StatusCodeError":
          return Effect.succeed(reason.response)
        case "EncodeError":
        case "InvalidUrlError":
          return Effect.fail<Broken>({ reason: "Connect" })
        // A client that reads bodies by itself, and fails on one, had an answer.
        case "DecodeError":
        case "EmptyBodyError":
          return Effect.fail<Broken>({ reason: "Reset" })
        // A client in JavaScript may fail with whatever it likes.
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

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

// It goes into errors, spans and logs, so it must not be what a server made of what was sent.
const isRequestId = (text: string, secrets: ReadonlyArray<string>): boolean => {
  if (!/^[\x21-\x3f\x41-\x7e]{1,128}$/.test(text)) return false
  const folded = fold(text)
  if (secrets.some((secret) => secret.length >= 4 && folded.includes(fold(secret)))) return false
  return uuid.test(text) || !isEcho(text, secrets)
}

const readValue = <A, F extends keyof Documented>(
  endpoint: Row<A, F>,
  head: Head,
  response: HttpClientResponse.HttpClientResponse,
  timeout: Duration.Duration,
): Effect.Effect<Attempted<A>, Broken> =>
  readBy(endpoint.read, head, response, timeout).pipe(
    Effect.map((value): Attempted<A> => ({ _tag: "Value", head, value })),
    Effect.catch((problem) =>
      problem._tag === "Broken"
        ? Effect.fail(problem.broken)
        : Effect.succeed<Attempted<A>>({ _tag: "Unreadable", head, problem })
    ),
  )
