/**
 * The service, made of its endpoints.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Np6Response } from "../client/Np6Response.ts"
import type { ClientFailure, Forbidden, InvalidInput, Unauthorized } from "../client/Errors.ts"
import { adaptive } from "../client/RateLimit.ts"
import { standard } from "../client/RetryPolicy.ts"
import type { TargetsOptions } from "./Targets.ts"
import type { TargetsService } from "./TargetsService.ts"
import { call } from "../client/call.ts"
import { transportError } from "../client/failures.ts"
import { unexpected } from "../client/failures.ts"
import { withHead } from "../client/failures.ts"
import { checkBase, checkTimeout, type Connection, refuseKey } from "../client/connection.ts"
import { makeDeadlines } from "../http/deadlines.ts"
import * as endpoints from "./endpoints.ts"
import { fetchSettings, isPlainFetch } from "../http/fetch.ts"
import { drainFor } from "../http/body.ts"

const valueOf = <Args extends ReadonlyArray<unknown>, A, E>(
  operation: (...args: Args) => Effect.Effect<Np6Response<A>, E>,
) =>
(...args: Args): Effect.Effect<A, E> => Effect.map(operation(...args), (answer) => answer.value)

/** Makes the service from a layer's options. */
export const make = (
  options: TargetsOptions,
): Effect.Effect<TargetsService, InvalidInput, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const connection = yield* connect(options)
    const withResponse: TargetsService["withResponse"] = {
      list: call(connection, endpoints.list)(),
      stream: openStream(connection),
      get: call(connection, endpoints.get),
      getByUnicity: call(connection, endpoints.getByUnicity),
      upsert: call(connection, endpoints.upsert),
      create: call(connection, endpoints.create),
      update: call(connection, endpoints.update),
      addToSegment: call(connection, endpoints.addToSegment),
      removeFromSegment: call(connection, endpoints.removeFromSegment),
      delete: call(connection, endpoints.deleteOne),
      deleteMany: call(connection, endpoints.deleteMany),
    }
    return {
      withResponse,
      stream: Stream.unwrap(Effect.map(withResponse.stream, (answer) => answer.value)),
      list: Effect.map(withResponse.list, (answer) => answer.value),
      get: valueOf(withResponse.get),
      getByUnicity: valueOf(withResponse.getByUnicity),
      upsert: valueOf(withResponse.upsert),
      create: valueOf(withResponse.create),
      update: valueOf(withResponse.update),
      addToSegment: valueOf(withResponse.addToSegment),
      removeFromSegment: valueOf(withResponse.removeFromSegment),
      delete: valueOf(withResponse.delete),
      deleteMany: valueOf(withResponse.deleteMany),
    }
  })

const connect = Effect.fnUntraced(function* (
  options: TargetsOptions,
): Effect.fn.Return<Connection, InvalidInput, HttpClient.HttpClient | Scope.Scope> {
  const client = yield* HttpClient.HttpClient
  const refused = refuseKey(options.apiKey)
  if (refused !== undefined) return yield* refused
  const base = checkBase(options.baseUrl ?? "https://api-cm.np6.com")
  if (!(base instanceof URL)) return yield* base
  const timeout = checkTimeout(options.timeout ?? "30 seconds")
  if (!Duration.isDuration(timeout)) return yield* timeout
  return {
    client: options.transformClient?.(client) ?? client,
    base,
    // A copy, so that wiping the caller's doesn't break calls to come.
    apiKey: Redacted.make(Redacted.value(options.apiKey)),
    timeout,
    deadlines: makeDeadlines(timeout),
    drains: makeDeadlines(drainFor),
    retry: options.retry ?? standard,
    gate: yield* (options.rateLimit ?? adaptive).make,
    propagateTrace: options.propagateTrace ?? false,
    isObserved: options.transformClient !== undefined,
    fetch: yield* fetchSettings(isPlainFetch(client)),
    spending: { spent: 0 },
  }
})

type Listed = TargetsService["stream"]

/** Opens the list: the head of its answer, and its targets while they arrive. */
const openStream = (
  connection: Connection,
): Effect.Effect<Np6Response<Listed>, Unauthorized | Forbidden | ClientFailure> =>
  Effect.map(call(connection, endpoints.stream)(), (answer) => ({
    ...answer,
    value: Stream.suspend(() => {
      let delivered = 0
      return answer.value.pipe(
        Stream.mapArray((targets) => {
          delivered += targets.length
          return targets
        }),
        Stream.mapError((problem): ClientFailure => {
          const facts = withHead(
            {
              operation: endpoints.stream.operation,
              applied: "no",
              attempts: answer.attempts,
            },
            answer,
          )
          return problem._tag === "Broken"
            ? transportError(facts, problem.broken, [Redacted.value(connection.apiKey)], {
              delivered,
            })
            : unexpected(facts, problem, { delivered })
        }),
      )
    }),
  }))
