/**
 * The errors of the operations on targets.
 *
 * Four are what an endpoint documents: {@link Unauthorized}, {@link Forbidden}, {@link NotFound} and
 * {@link Conflict}. The other six, together {@link ClientFailure}, are what any call may meet. Each
 * operation's type names exactly those that it can fail with.
 *
 * Every error says which operation failed, whether the call may have been applied, and how many
 * attempts were made; where NP6 answered, also its status, its request id and its words. None holds
 * a request, a response, the key, an address or a field value.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"
import { describe, type Described } from "./messages.ts"
import { Operation } from "../data/Operation.ts"

/**
 * Whether a failed call may have changed something at NP6.
 *
 * - `"no"`: surely not. NP6 refused the call, or it never got there, or it only reads.
 * - `"unknown"`: perhaps. An attempt was sent, and its answer was lost or doesn't say: NP6 failed
 *   halfway (5xx), or something unexpected came back. A request that timed out may even arrive later.
 *
 * @example
 * ```ts
 * import type { Applied, ClientFailure } from "@effect-np6/targets"
 *
 * const mustBeChecked = (failure: ClientFailure): boolean => {
 *   const applied: Applied = failure.applied
 *   return applied === "unknown"
 * }
 * ```
 */
export type Applied = "no" | "unknown"

/**
 * The fields that every error has, as schemas.
 *
 * - `operation`: the operation that failed
 * - `applied`: whether the call may have changed something, see {@link Applied}
 * - `attempts`: how many requests were sent for the call; 0 when it was refused here
 * - `status`: the HTTP status of the last answer, if there was one
 * - `requestId`: its `x-request-id`, which is what NP6's support asks for
 * - `detail`: what the server said, shortened, and without addresses, long numbers or sent values;
 *   or where a body doesn't decode; or the system's code of a failed connection (`ECONNREFUSED`)
 *
 * @example
 * ```ts
 * import type { ErrorFields } from "@effect-np6/targets"
 *
 * type RequestId = ErrorFields["requestId"]
 * ```
 */
export type ErrorFields = {
  readonly operation: typeof Operation
  readonly applied: Schema.Literals<readonly ["no", "unknown"]>
  readonly attempts: Schema.Int
  readonly status: Schema.optionalKey<Schema.Int>
  readonly requestId: Schema.optionalKey<Schema.String>
  readonly detail: Schema.optionalKey<Schema.String>
}

const errorFields: ErrorFields = {
  operation: Operation,
  applied: Schema.Literals(["no", "unknown"]),
  attempts: Schema.Int,
  status: Schema.optionalKey(Schema.Int),
  requestId: Schema.optionalKey(Schema.String),
  detail: Schema.optionalKey(Schema.String),
}

/**
 * The class that an error of tag `Tag` extends: a schema, and a constructor of yieldable errors.
 *
 * @example
 * ```ts
 * import {
 *   type ErrorClass,
 *   type ErrorFields,
 *   NotFound,
 * } from "@effect-np6/targets"
 *
 * const schema: ErrorClass<NotFound, "NotFound", ErrorFields> = NotFound
 * ```
 */
export type ErrorClass<Self, Tag extends string, Fields extends Schema.Struct.Fields> =
  Schema.Class<
    Self,
    Schema.TaggedStruct<Tag, Fields>,
    Cause.YieldableError
  >

// The message is derived, so it can't be in the schema; it is in the JSON, where people read it.
const messageOf: PropertyDescriptorMap & ThisType<Described> = {
  message: {
    configurable: true,
    get(): string {
      return describe(this)
    },
  },
  toJSON: {
    configurable: true,
    writable: true,
    value(): unknown {
      return { ...this, message: describe(this) }
    },
  },
}

const withMessage = <C extends { readonly prototype: object }>(errorClass: C): C => {
  Object.defineProperties(errorClass.prototype, messageOf)
  return errorClass
}

const UnauthorizedBase: ErrorClass<Unauthorized, "Unauthorized", ErrorFields> = withMessage(
  Schema.TaggedError<Unauthorized>()("Unauthorized", errorFields),
)

/**
 * NP6 doesn't know the API key (401).
 *
 * Every further call with this key fails the same way. Nothing was changed by the attempt that was
 * answered so. Its fields are the {@link ErrorFields}.
 *
 * @example
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   return yield* targets.get("000MLGPR")
 * }).pipe(
 *   Effect.catchTag(
 *     "Unauthorized",
 *     (error) => Effect.logError(error.message),
 *   ),
 * )
 * ```
 */
export class Unauthorized extends UnauthorizedBase {}

const ForbiddenBase: ErrorClass<Forbidden, "Forbidden", ErrorFields> = withMessage(
  Schema.TaggedError<Forbidden>()("Forbidden", errorFields),
)

/**
 * The API key has no permission for the request (403): a key has the rights of the NP6 user it was
 * made for. Its fields are the {@link ErrorFields}.
 *
 * @example
 * ```ts
 * import type { Forbidden } from "@effect-np6/targets"
 *
 * const note = (error: Forbidden) =>
 *   `${error.operation} needs more rights (${error.requestId})`
 * ```
 */
export class Forbidden extends ForbiddenBase {}

const NotFoundBase: ErrorClass<NotFound, "NotFound", ErrorFields> = withMessage(
  Schema.TaggedError<NotFound>()("NotFound", errorFields),
)

/**
 * There is no such target, or (for the segment operations) no such segment (404). A bulk delete
 * fails so when it finds none of the selected targets, and `getByUnicity` also when NP6 answers 200
 * without a target. Its fields are the {@link ErrorFields}.
 *
 * @example
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const maybeTarget = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   return yield* targets.getByUnicity("a@b.c")
 * }).pipe(Effect.catchTag("NotFound", () => Effect.succeed(undefined)))
 * ```
 */
export class NotFound extends NotFoundBase {}

/**
 * Why NP6 refuses a call with 409. NP6's answer doesn't say: each operation documents one reason.
 *
 * - `"UnicityTaken"`: another target has this unicity (`create`, `update`)
 * - `"AlreadyInSegment"`: the target is in the segment already (`addToSegment`)
 * - `"DynamicSegment"`: a query decides who is in the segment (`removeFromSegment`)
 *
 * @example
 * ```ts
 * import type { ConflictReason } from "@effect-np6/targets"
 *
 * const isDone = (reason: ConflictReason) => reason === "AlreadyInSegment"
 * ```
 */
export type ConflictReason = "UnicityTaken" | "AlreadyInSegment" | "DynamicSegment"

const ConflictBase: ErrorClass<
  Conflict,
  "Conflict",
  ErrorFields & {
    readonly reason: Schema.Literals<
      readonly ["UnicityTaken", "AlreadyInSegment", "DynamicSegment"]
    >
  }
> = withMessage(
  Schema.TaggedError<Conflict>()("Conflict", {
    ...errorFields,
    reason: Schema.Literals(["UnicityTaken", "AlreadyInSegment", "DynamicSegment"]),
  }),
)

/**
 * What was asked for contradicts what is there (409).
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `reason`: how it contradicts, a {@link ConflictReason}
 *
 * When an earlier attempt of a `create` went unanswered and the caller opted in to its replay,
 * `applied` is `"unknown"`: the conflict may be with the target that the first attempt made.
 *
 * @example
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const ensure = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   yield* targets.addToSegment("000MLGPR", 12345)
 * }).pipe(Effect.catchTag("Conflict", () => Effect.void))
 * ```
 */
export class Conflict extends ConflictBase {}

const InvalidInputBase: ErrorClass<
  InvalidInput,
  "InvalidInput",
  ErrorFields & {
    readonly input: Schema.String
    readonly problem: Schema.String
  }
> = withMessage(
  Schema.TaggedError<InvalidInput>()("InvalidInput", {
    ...errorFields,
    input: Schema.String,
    problem: Schema.String,
  }),
)

/**
 * A value that must never be sent, refused here: nothing was sent, `attempts` is 0.
 *
 * Its fields are the {@link ErrorFields}, with `"np6.layer"` as `operation` when an option of the layer
 * is refused, and:
 *
 * - `input`: the argument or the option, and the place in it (`"id"`, `"values.8103"`, `"baseUrl"`)
 * - `problem`: what is wrong with it, without repeating it
 *
 * @example
 * ```ts
 * import { InvalidInput, Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const why = (error: InvalidInput) => `${error.input}: ${error.problem}`
 *
 * const program = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   // An empty id would turn this into a request to the bulk endpoint.
 *   yield* targets.delete("")
 * }).pipe(
 *   Effect.catchTag(
 *     "InvalidInput",
 *     (error) => Effect.logError(why(error)),
 *   ),
 * )
 * ```
 */
export class InvalidInput extends InvalidInputBase {}

const BadRequestBase: ErrorClass<BadRequest, "BadRequest", ErrorFields> = withMessage(
  Schema.TaggedError<BadRequest>()("BadRequest", errorFields),
)

/**
 * NP6 refuses the content of the request (400, 411, 413, 415, 422): an unknown field, a value that
 * doesn't fit its field, a missing unicity. Its fields are the {@link ErrorFields}; `detail` has
 * NP6's words, if it gave any.
 *
 * @example
 * ```ts
 * import type { BadRequest } from "@effect-np6/targets"
 *
 * const note = (error: BadRequest) =>
 *   `refused with ${error.status}: ${error.detail ?? "no word why"}`
 * ```
 */
export class BadRequest extends BadRequestBase {}

const RateLimitedBase: ErrorClass<
  RateLimited,
  "RateLimited",
  ErrorFields & { readonly retryAfter: Schema.optionalKey<Schema.Duration> }
> = withMessage(
  Schema.TaggedError<RateLimited>()("RateLimited", {
    ...errorFields,
    retryAfter: Schema.optionalKey(Schema.Duration),
  }),
)

/**
 * Too many requests (429), and the retry policy has given up.
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `retryAfter`: how long NP6 asks to wait, a `Duration`; absent where it doesn't say
 *
 * NP6 refused the call, so it was not applied; `applied` is `"unknown"` only when an earlier attempt
 * of the same call made it so.
 *
 * @example
 * ```ts
 * import type { RateLimited } from "@effect-np6/targets"
 * import { Duration } from "effect"
 *
 * const pause = (error: RateLimited) =>
 *   error.retryAfter ?? Duration.seconds(30)
 * ```
 */
export class RateLimited extends RateLimitedBase {}

const ServerErrorBase: ErrorClass<
  ServerError,
  "ServerError",
  ErrorFields & { readonly retryAfter: Schema.optionalKey<Schema.Duration> }
> = withMessage(
  Schema.TaggedError<ServerError>()("ServerError", {
    ...errorFields,
    retryAfter: Schema.optionalKey(Schema.Duration),
  }),
)

/**
 * NP6 failed (5xx), and the retry policy has given up, may not replay the call, or isn't asked:
 * only 500, 502, 503 (NP6's maintenance) and 504 are tried again.
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `retryAfter`: how long NP6 asks to wait, a `Duration`; absent where it doesn't say
 *
 * @example
 * ```ts
 * import type { ServerError } from "@effect-np6/targets"
 *
 * const isMaintenance = (error: ServerError) => error.status === 503
 * ```
 */
export class ServerError extends ServerErrorBase {}

/**
 * What is unexpected about an answer.
 *
 * - `"Redirect"`: a 3xx, which is never followed, since the key would go along
 * - `"Status"`: a status that neither the operation documents nor another error stands for
 * - `"Body"`: a body that doesn't decode; `detail` says where, never what
 * - `"TooLarge"`: a body beyond 8 MiB, an element of a list beyond 16 MiB, or more than 1,000 arrays
 *   and objects in one another
 *
 * @example
 * ```ts
 * import type { UnexpectedReason } from "@effect-np6/targets"
 *
 * const looksLikeAProxy = (reason: UnexpectedReason) =>
 *   reason === "Redirect" || reason === "Status"
 * ```
 */
export type UnexpectedReason = "Redirect" | "Status" | "Body" | "TooLarge"

const UnexpectedResponseBase: ErrorClass<
  UnexpectedResponse,
  "UnexpectedResponse",
  ErrorFields & {
    readonly reason: Schema.Literals<readonly ["Redirect", "Status", "Body", "TooLarge"]>
    readonly delivered: Schema.optionalKey<Schema.Int>
  }
> = withMessage(
  Schema.TaggedError<UnexpectedResponse>()("UnexpectedResponse", {
    ...errorFields,
    reason: Schema.Literals(["Redirect", "Status", "Body", "TooLarge"]),
    delivered: Schema.optionalKey(Schema.Int),
  }),
)

/**
 * An answer that the API doesn't document for the operation.
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `reason`: what is unexpected about it, an {@link UnexpectedReason}
 * - `delivered`: how many targets were handed out before; set by `stream` alone, once its answer
 *   has begun
 *
 * @example
 * ```ts
 * import type { UnexpectedResponse } from "@effect-np6/targets"
 *
 * const note = (error: UnexpectedResponse) =>
 *   `${error.reason} (${error.status}): ${error.detail ?? "no details"}`
 * ```
 */
export class UnexpectedResponse extends UnexpectedResponseBase {}

/**
 * Why no answer came.
 *
 * - `"Connect"`: there was no connection, so NP6 got nothing: refused, unknown host, TLS
 * - `"Reset"`: the connection broke before the answer was complete, or nobody can say why it failed
 * - `"Timeout"`: no complete answer within `timeout`, or a list fell silent for that long
 *
 * @example
 * ```ts
 * import type { TransportReason } from "@effect-np6/targets"
 *
 * const wasSent = (reason: TransportReason) => reason !== "Connect"
 * ```
 */
export type TransportReason = "Connect" | "Reset" | "Timeout"

const TransportErrorBase: ErrorClass<
  TransportError,
  "TransportError",
  ErrorFields & {
    readonly reason: Schema.Literals<readonly ["Connect", "Reset", "Timeout"]>
    readonly delivered: Schema.optionalKey<Schema.Int>
  }
> = withMessage(
  Schema.TaggedError<TransportError>()("TransportError", {
    ...errorFields,
    reason: Schema.Literals(["Connect", "Reset", "Timeout"]),
    delivered: Schema.optionalKey(Schema.Int),
  }),
)

/**
 * No answer, or not a whole one; `applied` says what that means for the call.
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `reason`: why no answer came, a {@link TransportReason}
 * - `delivered`: how many targets were handed out before; set by `stream` alone, once its answer
 *   has begun
 *
 * @example
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   return yield* targets.create({ 8103: "a@b.c" })
 * }).pipe(
 *   Effect.tapError((error) =>
 *     error._tag === "TransportError" && error.applied === "unknown"
 *       ? Effect.logWarning("the target may exist: look it up first")
 *       : Effect.void
 *   ),
 * )
 * ```
 */
export class TransportError extends TransportErrorBase {}

/**
 * What any call may fail with, next to the failures that its endpoint documents.
 *
 * @example
 * ```ts
 * import type { ClientFailure } from "@effect-np6/targets"
 *
 * // Whether the same call may well succeed later.
 * const mayPass = (failure: ClientFailure) =>
 *   failure._tag === "RateLimited" || failure._tag === "ServerError" ||
 *   failure._tag === "TransportError"
 * ```
 */
export type ClientFailure =
  | InvalidInput
  | BadRequest
  | RateLimited
  | ServerError
  | UnexpectedResponse
  | TransportError
