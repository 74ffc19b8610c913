/**
 * The endpoints, a row each: what is sent, what each status means, and when a call may be replayed.
 *
 * @module
 */
import type * as Result from "effect/Result"
import { Conflict, Forbidden, NotFound, Unauthorized } from "../client/Errors.ts"
import type { FieldValues } from "../data/Field.ts"
import type { Operation } from "../data/Operation.ts"
import type { DeletionReport, Selection } from "../data/Selection.ts"
import type { UnicityInput } from "../data/Unicity.ts"
import * as Input from "./arguments.ts"
import * as Listed from "../http/list.ts"
import * as Response from "../http/body.ts"

/** What every error of an answered call holds. */
export interface Facts {
  readonly operation: Operation
  readonly applied: "no" | "unknown"
  readonly attempts: number
  readonly status?: number
  readonly requestId?: string
  readonly detail?: string
}

/** The failures that endpoints document; the three conflicts differ by what was asked for. */
export interface Documented {
  readonly Unauthorized: Unauthorized
  readonly Forbidden: Forbidden
  readonly NotFound: NotFound
  readonly UnicityTaken: Conflict
  readonly AlreadyInSegment: Conflict
  readonly DynamicSegment: Conflict
}

/** Makes a documented failure. */
export const documented: { readonly [F in keyof Documented]: (facts: Facts) => Documented[F] } = {
  Unauthorized: (facts) => new Unauthorized(facts),
  Forbidden: (facts) => new Forbidden(facts),
  NotFound: (facts) => new NotFound(facts),
  UnicityTaken: (facts) => new Conflict({ ...facts, reason: "UnicityTaken" }),
  AlreadyInSegment: (facts) => new Conflict({ ...facts, reason: "AlreadyInSegment" }),
  DynamicSegment: (facts) => new Conflict({ ...facts, reason: "DynamicSegment" }),
}

/** One endpoint: `Args` are the operation's arguments, `A` its value, `F` its documented failures. */
export interface Endpoint<Args extends ReadonlyArray<unknown>, A, F extends keyof Documented> {
  readonly operation: Operation
  readonly method: "GET" | "PUT" | "POST" | "DELETE"
  /** The path below the base URL, with `{…}` for what `request` fills in. */
  readonly path: string
  /** The media type that is asked for, where it isn't plain JSON. */
  readonly accept?: string
  /** Checks the arguments and makes of them the variable parts of the request. */
  readonly request: (...args: Args) => Result.Result<Input.RequestParts, Input.Refusal>
  /** Reads the body of a 2xx. */
  readonly read: Response.Reader<A>
  /** The failures that the API page documents, by status. */
  readonly failures: { readonly [status: number]: F }
  /**
   * Which failed attempts may be replayed: `"always"` where doing it twice is doing it once, and
   * `"unapplied"` only those that surely changed nothing.
   */
  readonly replay: "always" | "unapplied"
  /** After an attempt that may have been applied: the status that says it was. */
  readonly done?: { readonly status: number; readonly value: A }
  /** After an attempt that may have been applied: what a replay's value is worth. */
  readonly afterReplay?: (value: A) => A
}

/** An endpoint as far as a call is concerned whose arguments are checked. */
export type Row<A, F extends keyof Documented> = Omit<
  Endpoint<ReadonlyArray<unknown>, A, F>,
  "request"
>

const denied = { 401: "Unauthorized", 403: "Forbidden" } as const
const denied404 = { ...denied, 404: "NotFound" } as const

const endpoint = <Args extends ReadonlyArray<unknown>, A, const F extends keyof Documented>(
  row: Endpoint<Args, A, F>,
): Endpoint<Args, A, F> => row

export const list = endpoint({
  operation: "list",
  method: "GET",
  path: "/targets",
  request: Input.none,
  read: Listed.readList,
  failures: denied,
  replay: "always",
})

export const stream = endpoint({
  operation: "stream",
  method: list.method,
  path: list.path,
  request: list.request,
  read: Listed.openList,
  failures: denied,
  replay: list.replay,
})

export const get = endpoint({
  operation: "get",
  method: "GET",
  path: "/targets/{id}",
  request: Input.byId,
  read: Response.readTarget,
  failures: denied404,
  replay: "always",
})

export const getByUnicity = endpoint({
  operation: "getByUnicity",
  method: "GET",
  path: "/targets",
  request: Input.byUnicity,
  read: Response.readFound,
  failures: denied404,
  replay: "always",
})

export const upsert = endpoint({
  operation: "upsert",
  method: "PUT",
  path: "/targets",
  request: (unicity: UnicityInput, values: FieldValues) =>
    Input.and(Input.byUnicity(unicity), Input.withValues(values)),
  read: Response.readTarget,
  failures: denied,
  replay: "always",
})

export const create = endpoint({
  operation: "create",
  method: "POST",
  path: "/targets",
  request: Input.withSomeValues,
  read: Response.readTarget,
  failures: { ...denied, 409: "UnicityTaken" },
  replay: "unapplied",
})

export const update = endpoint({
  operation: "update",
  method: "PUT",
  path: "/targets/{id}",
  request: (id: string, values: FieldValues) => Input.and(Input.byId(id), Input.withValues(values)),
  read: Response.readTarget,
  failures: { ...denied404, 409: "UnicityTaken" },
  replay: "always",
})

export const addToSegment = endpoint({
  operation: "addToSegment",
  method: "POST",
  path: "/targets/{id}/segments/{segment}",
  request: Input.byIdAndSegment,
  read: Response.readNothing,
  failures: { ...denied404, 409: "AlreadyInSegment" },
  replay: "always",
  done: { status: 409, value: undefined },
})

export const removeFromSegment = endpoint({
  operation: "removeFromSegment",
  method: "DELETE",
  path: "/targets/{id}/segments/{segment}",
  request: Input.byIdAndSegment,
  read: Response.readNothing,
  failures: { ...denied404, 409: "DynamicSegment" },
  replay: "always",
  done: { status: 404, value: undefined },
})

export const deleteOne = endpoint({
  operation: "delete",
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
  operation: "deleteMany",
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
