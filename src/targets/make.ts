/**
 * The service over a connection, made of its endpoints.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { call } from "../client/call.ts"
import type { ClientFailure, CommonFailure } from "../client/Errors.ts"
import { transportError, unexpected, withHead } from "../client/failures.ts"
import type { Np6Connection } from "../client/Np6.ts"
import type { Np6Response } from "../client/Np6Response.ts"
import * as endpoints from "./endpoints.ts"
import type { TargetsService } from "./TargetsService.ts"

const valueOf = <Args extends ReadonlyArray<unknown>, A, E>(
  operation: (...args: Args) => Effect.Effect<Np6Response<A>, E>,
) =>
(...args: Args): Effect.Effect<A, E> => Effect.map(operation(...args), ({ value }) => value)

/** Makes the service. */
export const makeTargets = (connection: Np6Connection): TargetsService => {
  const upsertMember = call(connection, endpoints.upsertMember)
  const ensureMember = call(connection, endpoints.ensureMember)
  const withResponse: TargetsService["withResponse"] = {
    list: call(connection, endpoints.list)(),
    stream: openStream(connection),
    get: call(connection, endpoints.get),
    getByUnicity: call(connection, endpoints.getByUnicity),
    find: call(connection, endpoints.find),
    upsert: call(connection, endpoints.upsert),
    create: call(connection, endpoints.create),
    update: call(connection, endpoints.update),
    addToSegment: call(connection, endpoints.addToSegment),
    removeFromSegment: call(connection, endpoints.removeFromSegment),
    ensureInSegment: (unicity, values, segment) =>
      Effect.flatMap(upsertMember(unicity, values, segment), ({ attempts, value }) =>
        Effect.map(
          ensureMember(value.id, segment),
          (response) => ({ ...response, value, attempts: attempts + response.attempts }),
        )),
    delete: call(connection, endpoints.deleteOne),
    deleteMany: call(connection, endpoints.deleteMany),
  }
  return {
    withResponse,
    stream: Stream.unwrap(Effect.map(withResponse.stream, ({ value }) => value)),
    list: Effect.map(withResponse.list, ({ value }) => value),
    get: valueOf(withResponse.get),
    getByUnicity: valueOf(withResponse.getByUnicity),
    find: valueOf(withResponse.find),
    upsert: valueOf(withResponse.upsert),
    create: valueOf(withResponse.create),
    update: valueOf(withResponse.update),
    addToSegment: valueOf(withResponse.addToSegment),
    removeFromSegment: valueOf(withResponse.removeFromSegment),
    ensureInSegment: valueOf(withResponse.ensureInSegment),
    delete: valueOf(withResponse.delete),
    deleteMany: valueOf(withResponse.deleteMany),
  }
}

type Listed = TargetsService["stream"]

/** Opens the list: the head of the response, and its targets while they arrive. */
const openStream = (
  connection: Np6Connection,
): Effect.Effect<Np6Response<Listed>, CommonFailure, Scope.Scope> =>
  Effect.acquireRelease(
    call(connection, endpoints.stream)(),
    ({ value }) => value.cancel,
    { interruptible: true },
  ).pipe(
    Effect.map((response) => ({
      ...response,
      value: Stream.suspend(() => {
        let delivered = 0
        return response.value.targets.pipe(
          Stream.mapArray((targets) => {
            delivered += targets.length
            return targets
          }),
          Stream.mapError((problem): ClientFailure => {
            const facts = withHead({
              operation: endpoints.stream.operation,
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
