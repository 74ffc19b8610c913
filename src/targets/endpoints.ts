/**
 * The endpoints on targets, a row each.
 *
 * @module
 */
import * as Option from "effect/Option"
import type { FieldValues } from "../data/Field.ts"
import type { DeletionReport, Selection } from "../data/Selection.ts"
import type { UnicityInput } from "../data/Unicity.ts"
import * as Input from "./arguments.ts"
import * as Listed from "../http/list.ts"
import * as Response from "../http/body.ts"
import { noParts } from "../http/checker.ts"
import type { Documented, Endpoint } from "../client/endpoint.ts"

const denied = { 401: "Unauthorized", 403: "Forbidden" } as const
const denied404 = { ...denied, 404: "NotFound" } as const

const endpoint = <Args extends ReadonlyArray<unknown>, A, const F extends keyof Documented>(
  row: Endpoint<Args, A, F>,
): Endpoint<Args, A, F> => row

export const list = endpoint({
  operation: "targets.list",
  method: "GET",
  path: "/targets",
  request: noParts,
  read: Listed.readList,
  failures: denied,
  replay: "always",
})

export const stream = endpoint({
  operation: "targets.stream",
  method: list.method,
  path: list.path,
  request: list.request,
  read: Listed.openList,
  failures: denied,
  replay: list.replay,
})

export const get = endpoint({
  operation: "targets.get",
  method: "GET",
  path: "/targets/{id}",
  request: Input.byId,
  read: Response.readTarget,
  failures: denied404,
  replay: "always",
})

export const getByUnicity = endpoint({
  operation: "targets.getByUnicity",
  method: "GET",
  path: "/targets",
  request: Input.byUnicity,
  read: Response.readTheFound,
  failures: denied404,
  replay: "always",
})

export const find = endpoint({
  operation: "targets.find",
  method: getByUnicity.method,
  path: getByUnicity.path,
  request: getByUnicity.request,
  read: Response.readFound,
  failures: denied,
  replay: getByUnicity.replay,
  also: { status: 404, value: Option.none() },
})

export const upsert = endpoint({
  operation: "targets.upsert",
  method: "PUT",
  path: "/targets",
  request: (unicity: UnicityInput, values: FieldValues) =>
    Input.and(Input.byUnicity(unicity), Input.withValues(values)),
  read: Response.readTarget,
  failures: denied,
  replay: "always",
})

export const create = endpoint({
  operation: "targets.create",
  method: "POST",
  path: "/targets",
  request: Input.withSomeValues,
  read: Response.readTarget,
  failures: { ...denied, 409: "UnicityTaken" },
  replay: "unapplied",
})

export const update = endpoint({
  operation: "targets.update",
  method: "PUT",
  path: "/targets/{id}",
  request: (id: string, values: FieldValues) => Input.and(Input.byId(id), Input.withValues(values)),
  read: Response.readTarget,
  failures: { ...denied404, 409: "UnicityTaken" },
  replay: "always",
})

export const addToSegment = endpoint({
  operation: "targets.addToSegment",
  method: "POST",
  path: "/targets/{id}/segments/{segment}",
  request: Input.byIdAndSegment,
  read: Response.readNothing,
  failures: { ...denied404, 409: "AlreadyInSegment" },
  replay: "always",
  done: { status: 409, value: undefined },
})

/** {@link upsert} of a target that is added to a segment next: both are checked before it is sent. */
export const upsertMember = endpoint({
  ...upsert,
  request: (unicity: UnicityInput, values: FieldValues, segment: number) =>
    Input.and(upsert.request(unicity, values), Input.segmentOnly(segment)),
})

/** {@link addToSegment}, where a target that is in the segment already is a success. */
export const ensureMember = endpoint({
  operation: addToSegment.operation,
  method: addToSegment.method,
  path: addToSegment.path,
  request: addToSegment.request,
  read: addToSegment.read,
  failures: denied404,
  replay: addToSegment.replay,
  also: { status: 409, value: undefined },
})

export const removeFromSegment = endpoint({
  operation: "targets.removeFromSegment",
  method: "DELETE",
  path: "/targets/{id}/segments/{segment}",
  request: Input.byIdAndSegment,
  read: Response.readNothing,
  failures: { ...denied404, 409: "DynamicSegment" },
  replay: "always",
  done: { status: 404, value: undefined },
})

export const deleteOne = endpoint({
  operation: "targets.delete",
  method: "DELETE",
  path: "/targets/{id}",
  request: Input.byId,
  read: Response.readNothing,
  failures: denied404,
  replay: "always",
  done: { status: 404, value: undefined },
})

const nothingReported: DeletionReport = { deleted: [], complete: false }

export const deleteMany = endpoint({
  operation: "targets.deleteMany",
  method: "DELETE",
  path: "/targets",
  accept: "application/vnd.np6.cm.v1+json",
  request: (selection: Selection) => Input.withSelection(selection),
  read: Response.readDeletions,
  failures: denied404,
  replay: "always",
  done: { status: 404, value: nothingReported },
  afterReplay: (report) => ({ ...report, complete: false }),
})
