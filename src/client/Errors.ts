/**
 * The errors of a call.
 *
 * Four are what an endpoint documents: {@link Unauthorized}, {@link Forbidden}, {@link NotFound} and
 * {@link Conflict}. The other six, together {@link ClientFailure}, are what any call may meet. Each
 * operation's type names exactly those that it can fail with.
 *
 * Every error says which operation failed, whether the call may have been applied, how many attempts
 * were made, and what to do about it (its {@link Remedy}); where there was a response, also its
 * status, its request id and its words. None shows a request, a response, the key, an address or a
 * field value.
 *
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const register = (email: string) =>
 *   Targets.use((targets) => targets.create({ 8103: email })).pipe(
 *     // `create` can only conflict with a target that has this unicity.
 *     Effect.catchTag("Conflict", () => Targets.use((targets) => targets.getByUnicity(email))),
 *     Effect.tapError((error) => Effect.logError(`${error.remedy}: ${error.message}`)),
 *   )
 * ```
 *
 * ## Errors over HTTP
 *
 * The classes are schemas, so a service of your own can declare them as errors of an `HttpApi`
 * endpoint. They carry the status with which a gateway answers its own clients: 400 for
 * {@link InvalidInput} and {@link BadRequest}, 404 for {@link NotFound}, 409 for {@link Conflict},
 * 503 for {@link RateLimited}, 504 for {@link TransportError}, and 502 for the others, also for
 * {@link Unauthorized} and {@link Forbidden}: it is the service's key that NP6 refused, not its
 * client's. `HttpApiSchema.status` overrides one:
 *
 * ```ts
 * import { Forbidden, NotFound } from "@effect-np6/targets"
 * import { Schema } from "effect"
 * import { HttpApiEndpoint, HttpApiSchema } from "effect/http-api"
 *
 * const unsubscribe = HttpApiEndpoint.delete("unsubscribe", "/contacts/:id", {
 *   params: { id: Schema.String },
 *   error: [NotFound, HttpApiSchema.status(500)(Forbidden)],
 * })
 * ```
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import type * as Redacted from "effect/Redacted"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Operation } from "../data/Operation.ts"
import { describe } from "./messages.ts"
import { type Described, type Remedy, remedyOf } from "./Remedy.ts"
import { keptWords } from "./words.ts"

export type { Remedy } from "./Remedy.ts"

/**
 * Whether a failed call may have changed something at NP6.
 *
 * - `"no"`: definitely not. NP6 rejected the call, or it never got there, or it only reads.
 * - `"unknown"`: perhaps. A request was sent, and its response was lost or doesn't tell: NP6 failed
 *   halfway (5xx), or something else responded in its place. A request that timed out may even
 *   arrive later.
 */
export type Applied = "no" | "unknown"

/**
 * The fields that every error has, as schemas.
 *
 * - `operation`: the operation that failed, such as `"targets.get"`
 * - `applied`: whether the call may have changed something, see {@link Applied}
 * - `attempts`: how many requests were sent for the call; 0 when it was refused here
 * - `status`: the HTTP status of the last response, if there was one
 * - `requestId`: its `x-request-id`, which NP6 support asks for
 * - `detail`: NP6's words, shortened, and without sent values, e-mail addresses and long numbers; or
 *   where a body doesn't decode; or the system's code of a failed connection (`ECONNREFUSED`); empty
 *   where there is nothing to say
 */
export type ErrorFields = {
  readonly operation: typeof Operation
  readonly applied: Schema.Literals<readonly ["no", "unknown"]>
  readonly attempts: Schema.Int
  readonly status: Schema.optionalKey<Schema.Int>
  readonly requestId: Schema.optionalKey<Schema.String>
  readonly detail: Schema.withConstructorDefault<Schema.String>
}

const errorFields: ErrorFields = {
  operation: Operation,
  applied: Schema.Literals(["no", "unknown"]),
  attempts: Schema.Int,
  status: Schema.optionalKey(Schema.Int),
  requestId: Schema.optionalKey(Schema.String),
  detail: Schema.String.pipe(Schema.withConstructorDefault(Effect.succeed(""))),
}

/** What every error has beside its fields. */
export interface ErrorExtras {
  /** What to do about it; also in its JSON. */
  readonly remedy: Remedy
  /**
   * The text of the response whole, as it came: it may hold addresses and values that were sent.
   * `undefined` where there was none, and in an error that was decoded or cloned: no codec and no
   * JSON carries it.
   */
  readonly words: Redacted.Redacted<string> | undefined
}

/** The class that an error of tag `Tag` extends: a schema, and a constructor of yieldable errors. */
export type ErrorClass<Self, Tag extends string, Fields extends Schema.Struct.Fields> =
  Schema.Class<
    Self,
    Schema.TaggedStruct<Tag, Fields>,
    Cause.YieldableError & ErrorExtras
  >

/** Adds to a class what is derived from its fields, which a schema can't hold. */
const derived = <
  C extends {
    readonly prototype: object
    readonly fields: { readonly [name: string]: Schema.Codec<unknown, unknown> }
  },
>(errorClass: C): C => {
  // The fields alone: the codec of the class itself makes instances of the class that asks first.
  let encode: ((error: object) => unknown) | undefined
  const properties: PropertyDescriptorMap & ThisType<Described & Error> = {
    remedy: {
      configurable: true,
      get(): Remedy {
        return remedyOf(this)
      },
    },
    words: {
      configurable: true,
      get(): Redacted.Redacted<string> | undefined {
        return keptWords(this)
      },
    },
    toJSON: {
      configurable: true,
      writable: true,
      value(): unknown {
        encode ??= Schema.encodeUnknownSync(Schema.toCodecJson(Schema.Struct(errorClass.fields)))
        const { detail, message } = this
        return Object.assign({}, encode(this), { detail, message, remedy: remedyOf(this) })
      },
    },
  }
  Object.defineProperties(errorClass.prototype, properties)
  return errorClass
}

const UnauthorizedBase: ErrorClass<Unauthorized, "Unauthorized", ErrorFields> = derived(
  Schema.TaggedError<Unauthorized, ErrorExtras>()("Unauthorized", errorFields, {
    httpApiStatus: 502,
  }),
)

/**
 * NP6 doesn't accept the API key (401).
 *
 * Every further call with this key fails the same way. The request changed nothing. Its fields are
 * the {@link ErrorFields}.
 */
export class Unauthorized extends UnauthorizedBase {
  override readonly message: string = describe(this)
}

const ForbiddenBase: ErrorClass<Forbidden, "Forbidden", ErrorFields> = derived(
  Schema.TaggedError<Forbidden, ErrorExtras>()("Forbidden", errorFields, { httpApiStatus: 502 }),
)

/**
 * The API key has no permission for the request (403): a key has the rights of the NP6 user it was
 * made for. Its fields are the {@link ErrorFields}.
 */
export class Forbidden extends ForbiddenBase {
  override readonly message: string = describe(this)
}

const NotFoundBase: ErrorClass<NotFound, "NotFound", ErrorFields> = derived(
  Schema.TaggedError<NotFound, ErrorExtras>()("NotFound", errorFields, { httpApiStatus: 404 }),
)

/**
 * There is no such target, or (for the segment operations) no such segment (404). A bulk delete
 * fails so when it finds none of the selected targets, and `getByUnicity` also when NP6 responds
 * with 200 and without a target. Its fields are the {@link ErrorFields}.
 */
export class NotFound extends NotFoundBase {
  override readonly message: string = describe(this)
}

/**
 * Why NP6 rejects a call with 409. The response doesn't say: each operation documents one reason.
 *
 * - `"UnicityTaken"`: another target has this unicity (`create`, `update`)
 * - `"AlreadyInSegment"`: the target is in the segment already (`addToSegment`)
 * - `"DynamicSegment"`: a query decides who is in the segment (`removeFromSegment`)
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
> = derived(
  Schema.TaggedError<Conflict, ErrorExtras>()("Conflict", {
    ...errorFields,
    reason: Schema.Literals(["UnicityTaken", "AlreadyInSegment", "DynamicSegment"]),
  }, { httpApiStatus: 409 }),
)

/**
 * What was asked for contradicts what is there (409).
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `reason`: how it contradicts, a {@link ConflictReason}; the type of an operation's error names
 *   the one that it can have
 *
 * When an earlier attempt of a `create` had no response and the caller opted in to its replay,
 * `applied` is `"unknown"`: the conflict may be with the target that the first attempt made.
 */
export class Conflict<out Reason extends ConflictReason = ConflictReason> extends ConflictBase {
  /** Which of them it is: the endpoint alone decides that. */
  declare readonly reason: Reason
  override readonly message: string = describe(this)

  /** Whether a value is a conflict, for whatever reason. */
  static override [Symbol.hasInstance](value: unknown): value is Conflict {
    // What the language would do without this, which infers `Conflict<any>`.
    return Function.prototype[Symbol.hasInstance].call(this, value)
  }
}

const InvalidInputBase: ErrorClass<
  InvalidInput,
  "InvalidInput",
  Omit<ErrorFields, "detail"> & {
    readonly input: Schema.String
    readonly problem: Schema.String
  }
> = derived(
  Schema.TaggedError<InvalidInput, ErrorExtras>()("InvalidInput", {
    operation: errorFields.operation,
    applied: errorFields.applied,
    attempts: errorFields.attempts,
    status: errorFields.status,
    requestId: errorFields.requestId,
    input: Schema.String,
    problem: Schema.String,
  }, { httpApiStatus: 400 }),
)

/**
 * A value that must never be sent, refused here: nothing was sent, `attempts` is 0.
 *
 * Its fields are the {@link ErrorFields}, with `"np6.layer"` as `operation` when an option of a
 * layer is refused, and:
 *
 * - `input`: the argument or the option, and the place in it (`"id"`, `"values.8103"`, `"baseUrl"`)
 * - `problem`: what is wrong with it, without repeating it; `detail` says the same
 */
export class InvalidInput extends InvalidInputBase {
  override readonly message: string = describe(this)

  /** The `problem`, under the name that it has in the other errors. */
  get detail(): string {
    return this.problem
  }
}

const BadRequestBase: ErrorClass<BadRequest, "BadRequest", ErrorFields> = derived(
  Schema.TaggedError<BadRequest, ErrorExtras>()("BadRequest", errorFields, { httpApiStatus: 400 }),
)

/**
 * NP6 rejects the content of the request (400, 411, 413, 415, 422): an unknown field, a value that
 * doesn't fit its field, a missing unicity. Its fields are the {@link ErrorFields}; `detail` has
 * NP6's words, if it gave any.
 */
export class BadRequest extends BadRequestBase {
  override readonly message: string = describe(this)
}

/** The field of an error that says how long to wait: milliseconds in JSON. */
export type RetryAfterField = {
  readonly retryAfter: Schema.optionalKey<Schema.DurationFromMillis>
}

const retryAfterField: RetryAfterField = {
  retryAfter: Schema.optionalKey(Schema.DurationFromMillis),
}

const RateLimitedBase: ErrorClass<RateLimited, "RateLimited", ErrorFields & RetryAfterField> =
  derived(
    Schema.TaggedError<RateLimited, ErrorExtras>()("RateLimited", {
      ...errorFields,
      ...retryAfterField,
    }, { httpApiStatus: 503 }),
  )

/**
 * Too many requests (429), and the retry policy has given up; or, with `attempts: 0`, the rate limit
 * of this connection held the call back for too long.
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `retryAfter`: how long NP6 asks to wait, a `Duration`; absent where it doesn't say
 *
 * NP6 rejected the call, so it was not applied; `applied` is `"unknown"` only when an earlier
 * attempt of the same call made it so.
 */
export class RateLimited extends RateLimitedBase {
  override readonly message: string = describe(this)
}

const ServerErrorBase: ErrorClass<ServerError, "ServerError", ErrorFields & RetryAfterField> =
  derived(
    Schema.TaggedError<ServerError, ErrorExtras>()("ServerError", {
      ...errorFields,
      ...retryAfterField,
    }, { httpApiStatus: 502 }),
  )

/**
 * NP6 failed (5xx), and the retry policy has given up, may not replay the call, or isn't asked:
 * only 500, 502, 503 (NP6's maintenance) and 504 are retried. A 5xx that comes as an HTML page is an
 * {@link UnexpectedResponse}, retried just the same.
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `retryAfter`: how long NP6 asks to wait, a `Duration`; absent where it doesn't say
 */
export class ServerError extends ServerErrorBase {
  override readonly message: string = describe(this)
}

/**
 * What is unexpected about a response. The first four aren't NP6's, whatever their status.
 *
 * - `"Redirect"`: a 3xx, which is never followed, since the key would go along
 * - `"Proxy"`: a proxy asks for credentials (407). Node's `fetch` hides that: there it is a
 *   {@link TransportError}
 * - `"Html"`: an HTML page: of a firewall, a gateway or a login portal
 * - `"Partial"`: a part of a body (206), which was not asked for
 * - `"Status"`: a status that neither the operation documents nor another error stands for
 * - `"Body"`: a body that doesn't decode; `detail` says where, never what
 * - `"TooLarge"`: a body beyond 8 MiB, an element of a list beyond 16 MiB, or more than 1,000 arrays
 *   and objects in one another
 */
export type UnexpectedReason =
  | "Redirect"
  | "Proxy"
  | "Html"
  | "Partial"
  | "Status"
  | "Body"
  | "TooLarge"

const UnexpectedResponseBase: ErrorClass<
  UnexpectedResponse,
  "UnexpectedResponse",
  ErrorFields & RetryAfterField & {
    readonly reason: Schema.Literals<
      readonly ["Redirect", "Proxy", "Html", "Partial", "Status", "Body", "TooLarge"]
    >
    readonly delivered: Schema.optionalKey<Schema.Int>
  }
> = derived(
  Schema.TaggedError<UnexpectedResponse, ErrorExtras>()("UnexpectedResponse", {
    ...errorFields,
    ...retryAfterField,
    reason: Schema.Literals([
      "Redirect",
      "Proxy",
      "Html",
      "Partial",
      "Status",
      "Body",
      "TooLarge",
    ]),
    delivered: Schema.optionalKey(Schema.Int),
  }, { httpApiStatus: 502 }),
)

/**
 * A response that the API doesn't document for the operation, or that isn't NP6's.
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `reason`: what is unexpected about it, an {@link UnexpectedReason}
 * - `retryAfter`: how long the response asks to wait, a `Duration`; absent where it doesn't say
 * - `delivered`: how many targets were handed out before; set by `stream` alone, once its response
 *   has begun
 */
export class UnexpectedResponse extends UnexpectedResponseBase {
  override readonly message: string = describe(this)
}

/**
 * Why there is no response.
 *
 * - `"Connect"`: there was no connection, so NP6 got nothing: refused, unknown host, TLS
 * - `"Reset"`: the connection broke before the response was complete, or it is unknown why it failed
 * - `"Timeout"`: no complete response within `timeout`, or a list fell silent for that long
 */
export type TransportReason = "Connect" | "Reset" | "Timeout"

const TransportErrorBase: ErrorClass<
  TransportError,
  "TransportError",
  ErrorFields & {
    readonly reason: Schema.Literals<readonly ["Connect", "Reset", "Timeout"]>
    readonly delivered: Schema.optionalKey<Schema.Int>
  }
> = derived(
  Schema.TaggedError<TransportError, ErrorExtras>()("TransportError", {
    ...errorFields,
    reason: Schema.Literals(["Connect", "Reset", "Timeout"]),
    delivered: Schema.optionalKey(Schema.Int),
  }, { httpApiStatus: 504 }),
)

/**
 * No response, or not a whole one; `applied` says what that means for the call.
 *
 * Its fields are the {@link ErrorFields}, and:
 *
 * - `reason`: why there is no response, a {@link TransportReason}
 * - `delivered`: how many targets were handed out before; set by `stream` alone, once its response
 *   has begun
 *
 * Its `remedy` is `"setup"` where `detail` is the code of an unknown host, of TLS or of a missing
 * permission, and `"retry"` or `"verify"` otherwise.
 */
export class TransportError extends TransportErrorBase {
  override readonly message: string = describe(this)
}

/** What any call may fail with, next to a refused key and the failures that its endpoint documents. */
export type ClientFailure =
  | InvalidInput
  | BadRequest
  | RateLimited
  | ServerError
  | UnexpectedResponse
  | TransportError

/**
 * What every operation may fail with; some also with {@link NotFound} or {@link Conflict}.
 *
 * @example
 * ```ts
 * import type { CommonFailure } from "@effect-np6/targets"
 *
 * // The rows of a job: what to change, what to send again, and when to stop.
 * const next = (failure: CommonFailure) => {
 *   switch (failure.remedy) {
 *     case "fix":
 *       return "reject"
 *     case "retry":
 *       return "later"
 *     case "verify":
 *       return "ask"
 *     case "setup":
 *       return "stop"
 *     case "none":
 *       return "done"
 *   }
 * }
 * ```
 */
export type CommonFailure = ClientFailure | Unauthorized | Forbidden
