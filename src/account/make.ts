/**
 * The service over a connection, made of its endpoints.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { call } from "../client/call.ts"
import type { Np6Connection } from "../client/Np6.ts"
import { openStream, streamAlone, valueAlone } from "../client/operations.ts"
import type { AccountReads, AccountService } from "./AccountService.ts"
import * as endpoints from "./endpoints.ts"
import { fieldKind, makeLookUp, segmentKind } from "./names.ts"

/** Makes the service. */
export const makeAccountService = Effect.fnUntraced(function* (
  connection: Np6Connection,
): Effect.fn.Return<AccountService> {
  const fields = call(connection, endpoints.fields)
  const valueLists = call(connection, endpoints.valueLists)
  const segments = call(connection, endpoints.segments)
  const segment = call(connection, endpoints.segment)
  const segmentMembers = openStream(connection, endpoints.segmentMembers)
  const count = call(connection, endpoints.count)
  const bounces = openStream(connection, endpoints.bounces)
  const redList = openStream(connection, endpoints.redList)
  const reads: AccountReads = {
    fields: valueAlone(fields)(),
    valueLists: valueAlone(valueLists)(),
    segments: valueAlone(segments)(),
    segment: valueAlone(segment),
    segmentMembers: streamAlone(segmentMembers),
    count: valueAlone(count)(),
    bounces: streamAlone(bounces)(),
    redList: streamAlone(redList),
  }
  return {
    ...reads,
    fieldNamed: yield* makeLookUp(fieldKind, reads.fields),
    segmentNamed: yield* makeLookUp(segmentKind, reads.segments),
    withResponse: {
      fields: fields(),
      valueLists: valueLists(),
      segments: segments(),
      segment,
      segmentMembers,
      count: count(),
      bounces: bounces(),
      redList,
    },
  }
})
