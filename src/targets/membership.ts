/**
 * What a 409 in answer to an add means: the target is a member already, or the segment is dynamic.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { CurrentBulkCall } from "../client/bulkCall.ts"
import { call } from "../client/call.ts"
import type { Conflict } from "../client/Errors.ts"
import { documented } from "../client/endpoint.ts"
import { withHead } from "../client/failures.ts"
import type { Np6Connection } from "../client/Np6.ts"
import type { Np6Response } from "../client/Np6Response.ts"
import { segment as segmentEndpoint } from "../client/segment.ts"
import { addToSegment } from "./endpoints.ts"

// A segment doesn't change its type, but an account is changed by others, too.
const keptFor = Duration.minutes(10)

/**
 * Makes the check of a response to an add. NP6's 409 doesn't say whether the target is in the segment
 * already or can't be added, so the segment is read at the first 409, once for all that follow. Where it
 * can't be read, a 409 counts as membership.
 */
export const makeMembershipCheck = (
  connection: Np6Connection,
): (response: Np6Response<void>, segment: number) => Effect.Effect<
  Np6Response<void>,
  Conflict<"DynamicSegment">
> => {
  const read = call(connection, segmentEndpoint)
  const kinds = new Map<number, Effect.Effect<boolean>>()
  const isDynamic = (segment: number): Effect.Effect<boolean> =>
    Effect.suspend(() => {
      const known = kinds.get(segment)
      if (known !== undefined) return known
      const reading = read(segment).pipe(
        // A key that may not read segments is no reason to end a run.
        Effect.provideService(CurrentBulkCall, undefined),
        Effect.map(({ value }) => value.type === "dynamic"),
        Effect.orElseSucceed(() => false),
      )
      return Effect.flatMap(Effect.cachedWithTTL(reading, keptFor), (kept) => {
        const first = kinds.get(segment) ?? kept
        kinds.set(segment, first)
        return first
      })
    })
  return (response, segment) =>
    response.status !== 409
      ? Effect.succeed(response)
      : Effect.flatMap(isDynamic(segment), (isDynamic) =>
        isDynamic
          ? Effect.fail(documented.DynamicSegment(withHead({
            operation: addToSegment.operation,
            applied: "no",
            attempts: response.attempts,
          }, response)))
          : Effect.succeed(response))
}
