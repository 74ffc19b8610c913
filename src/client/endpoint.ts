/**
 * A row of an endpoint table: what is sent, what each status means, and when a call may be replayed.
 *
 * @module
 */
import type * as Result from "effect/Result"
import type { Operation } from "../data/Operation.ts"
import type { Reader } from "../http/body.ts"
import type { Method, Refusal, RequestParts } from "../http/request.ts"
import { Conflict, Forbidden, NotFound, Unauthorized } from "./Errors.ts"

/** What the errors of a call have in common. */
export interface Facts {
  readonly operation: Operation
  readonly applied: "no" | "unknown"
  readonly attempts: number
  readonly status?: number
  readonly requestId?: string
  readonly detail?: string
}

/** The failures that endpoints document. A 409 has one reason, which depends on the endpoint. */
export interface Documented {
  readonly Unauthorized: Unauthorized
  readonly Forbidden: Forbidden
  readonly NotFound: NotFound
  readonly UnicityTaken: Conflict<"UnicityTaken">
  readonly AlreadyInSegment: Conflict<"AlreadyInSegment">
  readonly DynamicSegment: Conflict<"DynamicSegment">
}

/** Makes a documented failure. Conflicts are made here alone, so that type and reason agree. */
export const documented: {
  readonly [F in keyof Documented]: (facts: Facts) => Documented[F]
} = {
  Unauthorized: (facts) => new Unauthorized(facts),
  Forbidden: (facts) => new Forbidden(facts),
  NotFound: (facts) => new NotFound(facts),
  UnicityTaken: (facts) => new Conflict<"UnicityTaken">({ ...facts, reason: "UnicityTaken" }),
  AlreadyInSegment: (facts) =>
    new Conflict<"AlreadyInSegment">({ ...facts, reason: "AlreadyInSegment" }),
  DynamicSegment: (facts) => new Conflict<"DynamicSegment">({ ...facts, reason: "DynamicSegment" }),
}

/** One endpoint: `Args` are the operation's arguments, `A` its value, `F` its documented failures. */
export interface Endpoint<Args extends ReadonlyArray<unknown>, A, F extends keyof Documented> {
  readonly operation: Operation
  readonly method: Method
  /** The path below the base URL, with `{…}` for what `request` fills in. */
  readonly path: string
  /** The media type that is asked for, where it isn't plain JSON. */
  readonly accept?: string
  /** Checks the arguments and makes of them the variable parts of the request. */
  readonly request: (...args: Args) => Result.Result<RequestParts, Refusal>
  /** Reads the body of a 2xx. */
  readonly read: Reader<A>
  /** The failures that the API page documents, by status. */
  readonly failures: { readonly [status: number]: F }
  /**
   * Which failed attempts may be replayed: `"always"` where doing it twice is doing it once, and
   * `"unapplied"` only those that were definitely not applied.
   */
  readonly replay: "always" | "unapplied"
  /** An error status that is a success of this operation, and its value. */
  readonly also?: { readonly status: number; readonly value: A }
  /** After an attempt that may have been applied: the status that says it was, and its value. */
  readonly done?: { readonly status: number; readonly value: A }
  /** After an attempt that may have been applied: what a replay's value is worth. */
  readonly afterReplay?: (value: A) => A
}

/** An endpoint as far as a call is concerned whose arguments are checked. */
export type Row<A, F extends keyof Documented> = Omit<
  Endpoint<ReadonlyArray<unknown>, A, F>,
  "request"
>
