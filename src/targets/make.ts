/**
 * The service over a connection, made of its endpoints.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { call } from "../client/call.ts"
import type { Np6Connection } from "../client/Np6.ts"
import { openStream, streamAlone, valueAlone } from "../client/operations.ts"
import * as endpoints from "./endpoints.ts"
import type { TargetsService } from "./TargetsService.ts"

/** Makes the service. */
export const makeTargets = (connection: Np6Connection): TargetsService => {
  const upsertMember = call(connection, endpoints.upsertMember)
  const ensureMember = call(connection, endpoints.ensureMember)
  const open = openStream(connection, endpoints.stream)
  const withResponse: TargetsService["withResponse"] = {
    list: call(connection, endpoints.list)(),
    stream: open(),
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
    stream: streamAlone(open)(),
    list: Effect.map(withResponse.list, ({ value }) => value),
    get: valueAlone(withResponse.get),
    getByUnicity: valueAlone(withResponse.getByUnicity),
    find: valueAlone(withResponse.find),
    upsert: valueAlone(withResponse.upsert),
    create: valueAlone(withResponse.create),
    update: valueAlone(withResponse.update),
    addToSegment: valueAlone(withResponse.addToSegment),
    removeFromSegment: valueAlone(withResponse.removeFromSegment),
    ensureInSegment: valueAlone(withResponse.ensureInSegment),
    delete: valueAlone(withResponse.delete),
    deleteMany: valueAlone(withResponse.deleteMany),
  }
}
