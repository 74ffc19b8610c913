/**
 * The errors of look-ups by name.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"

/**
 * The fields that the errors of a look-up share, named as in the errors of a call:
 *
 * - `operation`: `"account.fieldNamed"` or `"account.segmentNamed"`
 * - `applied`: `"no"`, for a look-up changes nothing
 * - `attempts`: 0, for the requests that it needs are `account.fields` or `account.segments`
 * - `wanted`: the name that was looked up, with addresses and long numbers blanked
 * - `detail`: what is wrong, and what the account has; `message` says it too
 */
export type NameErrorFields = {
  readonly operation: Schema.Literals<readonly ["account.fieldNamed", "account.segmentNamed"]>
  readonly applied: Schema.Literal<"no">
  readonly attempts: Schema.Literal<0>
  readonly wanted: Schema.String
  readonly detail: Schema.String
}

const nameErrorFields: NameErrorFields = {
  operation: Schema.Literals(["account.fieldNamed", "account.segmentNamed"]),
  applied: Schema.Literal("no"),
  attempts: Schema.Literal(0),
  wanted: Schema.String,
  detail: Schema.String,
}

/** The class that an error of a look-up extends: a schema, and a constructor of yieldable errors. */
export type NameErrorClass<Self, Tag extends string, Fields extends Schema.Struct.Fields> =
  Schema.Class<
    Self,
    Schema.TaggedStruct<Tag, NameErrorFields & Fields>,
    Cause.YieldableError
  >

const UnknownNameBase: NameErrorClass<
  UnknownName,
  "UnknownName",
  { readonly suggestions: Schema.$Array<Schema.String> }
> = Schema.TaggedError<UnknownName>()("UnknownName", {
  ...nameErrorFields,
  suggestions: Schema.Array(Schema.String),
}, { httpApiStatus: 404 })

/**
 * The account has nothing of a name, not in other letter case or with other accents or spaces either.
 *
 * Its fields are the {@link NameErrorFields}, and:
 *
 * - `suggestions`: the names of the account that it may be a misspelling of, the nearest first
 */
export class UnknownName extends UnknownNameBase {
  override readonly message: string = `${this.operation}: ${this.detail}`
  /** What to do about it: look up another name. */
  readonly remedy = "fix"
}

const AmbiguousNameBase: NameErrorClass<
  AmbiguousName,
  "AmbiguousName",
  {
    readonly matches: Schema.$Array<
      Schema.Struct<{ readonly id: Schema.Int; readonly name: Schema.String }>
    >
  }
> = Schema.TaggedError<AmbiguousName>()("AmbiguousName", {
  ...nameErrorFields,
  matches: Schema.Array(Schema.Struct({ id: Schema.Int, name: Schema.String })),
}, { httpApiStatus: 409 })

/**
 * A name fits several fields or segments of the account equally well.
 *
 * Its fields are the {@link NameErrorFields}, and:
 *
 * - `matches`: the id and the name of each
 */
export class AmbiguousName extends AmbiguousNameBase {
  override readonly message: string = `${this.operation}: ${this.detail}`
  /** What to do about it: use the id of the one that is meant, or its exact name. */
  readonly remedy = "fix"
}
