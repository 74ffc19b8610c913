/**
 * What services make of their endpoints: operations that return a value alone, and streams.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { OpenList } from "../http/list.ts"
import { call } from "./call.ts"
import type { Documented, Endpoint } from "./endpoint.ts"
import type { ClientFailure } from "./Errors.ts"
import { type Failure, transportError, unexpected, withHead } from "./failures.ts"
import type { Np6Connection } from "./Np6.ts"
import type { Np6Response } from "./Np6Response.ts"

/** An operation without the response. */
export const valueAlone = <Args extends ReadonlyArray<unknown>, A, E>(
  operation: (...args: Args) => Effect.Effect<Np6Response<A>, E>,
) =>
(...args: Args): Effect.Effect<A, E> => Effect.map(operation(...args), ({ value }) => value)

/** An operation that streams, without the response. */
export const streamAlone = <Args extends ReadonlyArray<unknown>, A, E, E2>(
  open: (...args: Args) => Effect.Effect<Np6Response<Stream.Stream<A, E>>, E2, Scope.Scope>,
) =>
(...args: Args): Stream.Stream<A, E | E2> =>
  Stream.unwrap(Effect.map(open(...args), ({ value }) => value))

/**
 * Calls the endpoint of an array: the head of the response, and its elements while they arrive.
 * Nothing is retried once the response has begun.
 */
export const openStream = <Args extends ReadonlyArray<unknown>, A, F extends keyof Documented>(
  connection: Np6Connection,
  endpoint: Endpoint<Args, OpenList<A>, F>,
) =>
(
  ...args: Args
): Effect.Effect<Np6Response<Stream.Stream<A, Failure<F>>>, Failure<F>, Scope.Scope> =>
  Effect.acquireRelease(
    call(connection, endpoint)(...args),
    ({ value }) => value.cancel,
    { interruptible: true },
  ).pipe(
    Effect.map((response) => ({
      ...response,
      value: Stream.suspend(() => {
        let delivered = 0
        return response.value.elements.pipe(
          Stream.mapArray((elements) => {
            delivered += elements.length
            return elements
          }),
          Stream.mapError((problem): ClientFailure => {
            const facts = withHead({
              operation: endpoint.operation,
              applied: "no",
              attempts: response.attempts,
            }, response)
            return problem._tag === "Broken"
              ? transportError(facts, problem.broken, [Redacted.value(connection.apiKey)], {
                delivered,
              })
              : unexpected(facts, problem, response, { delivered })
          }),
        )
      }),
    })),
  )
