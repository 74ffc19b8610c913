/**
 * The endpoint that tells about one segment, which services of two rooms read.
 *
 * @module
 */
import * as Result from "effect/Result"
import { AccountSegment } from "../data/AccountSegment.ts"
import { SegmentId } from "../data/Ids.ts"
import { readAs } from "../http/body.ts"
import { checker } from "../http/checker.ts"
import type { Checked, RequestParts } from "../http/request.ts"
import type { Endpoint } from "./endpoint.ts"

const checkSegmentId = checker(SegmentId)

/** `{segment}` of a path. */
export const bySegment = (id: number): Checked<RequestParts> =>
  Result.map(checkSegmentId("id", id), (id) => ({ params: { segment: String(id) } }))

/** `account.segment`. */
export const segment: Endpoint<
  [id: number],
  AccountSegment,
  "Unauthorized" | "Forbidden" | "NotFound"
> = {
  operation: "account.segment",
  method: "GET",
  path: "/segments/{segment}",
  request: bySegment,
  read: readAs(AccountSegment),
  failures: { 401: "Unauthorized", 403: "Forbidden", 404: "NotFound" },
  replay: "always",
}
