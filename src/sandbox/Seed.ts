/**
 * What a sandbox starts from: the account's fields, value lists, segments, keys and targets.
 *
 * Its parts have the shapes in which NP6 itself sends them, so that what `GET /fields`,
 * `GET /valueLists`, `GET /segments` and `GET /targets` return can stand in a seed as it is.
 *
 * @module
 */
import * as Data from "effect/Data"
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"
import { placeOf } from "./jsonText.ts"

/**
 * What a key is allowed to do; an operation beyond it is refused with 403.
 *
 * NP6 gives a key the rights of the user it was made for; these names are the sandbox's own.
 * `read`: every `GET`. `write`: upsert, create and update, and send a message. `segment`: add to and
 * remove from segments. `delete`: delete one target or many.
 */
export type SeedPermission = "read" | "write" | "segment" | "delete"

/** An API key beside the two that every sandbox has. */
export interface SeedKey {
  /** How the log of requests calls the key, whose value it never shows. */
  readonly name: string
  /**
   * What clients send in `X-Key`: printable ASCII, also with spaces inside, as in the `YOUR XKEY`
   * of NP6's samples.
   */
  readonly value: string
  /** What the key may do; anything else is refused with 403. */
  readonly permissions: ReadonlyArray<SeedPermission>
}

/**
 * The type of a field, and with it the JSON that may be written to it: `numeric` takes a number,
 * `multipleSelectList` an array of labels, the others a string.
 */
export type SeedFieldType =
  | "textField"
  | "textArea"
  | "email"
  | "phone"
  | "numeric"
  | "date"
  | "singleSelectList"
  | "multipleSelectList"

/**
 * What a field's values must hold to: `value` is compared with a number, a date, or the length of a
 * text.
 */
export interface SeedConstraint {
  /** 0 none, 1 greater, 2 smaller, 3 greater or equal, 4 smaller or equal, 5 equal. */
  readonly operator: 0 | 1 | 2 | 3 | 4 | 5
  /** A number in a string, as NP6 sends it; for a date field a date. */
  readonly value: string
}

/**
 * A field of the account, as `GET /fields` returns it; `values` is the sandbox's own.
 *
 * @example
 * ```ts
 * import type { SeedField } from "@effect-np6/targets/sandbox"
 *
 * const fields: ReadonlyArray<SeedField> = [
 *   { id: 8103, name: "Email", type: "email", isUnicity: true },
 *   { id: 8101, name: "Civility", type: "singleSelectList", values: ["Mr", "Mrs"] },
 * ]
 * ```
 */
export interface SeedField {
  /** A positive 32-bit integer, unique in the account. */
  readonly id: number
  /** Unique in the account, and not a number: values may be written by name as well as by id. */
  readonly name: string
  /** What may be written. A unicity field is of type `textField`, `email`, `phone` or `numeric`. */
  readonly type: SeedFieldType
  /**
   * Whether the field identifies a target. With several, all of them together do, in this order.
   * Default `false`.
   */
  readonly isUnicity?: boolean
  /** Whether a target must have a value. A unicity field always must. Default `false`. */
  readonly isMandatory?: boolean
  /** In the newer reference (8.1.0) only; sent as it stands here. */
  readonly isCriterion?: boolean
  /** None when left out or `null`. */
  readonly constraint?: SeedConstraint | null
  /**
   * The value list whose labels a list field takes. Where the seed has no value list of this id, the
   * field takes any label.
   */
  readonly valueListId?: number | null
  /**
   * The labels of a list field, in place of `valueListId`: the sandbox makes a value list of them,
   * with the name of the field and, if it is free, its id.
   */
  readonly values?: ReadonlyArray<string>
}

/** One value of a value list. */
export interface SeedListValue {
  readonly index: number
  /** The label. NP6 compares labels without regard to case. */
  readonly value: string
}

/** A value list of the account, as `GET /valueLists` returns it. */
export interface SeedValueList {
  /** A positive 32-bit integer, unique among value lists. */
  readonly id: number
  readonly name: string
  /** Default `false`. */
  readonly ordered?: boolean
  readonly values: ReadonlyArray<SeedListValue>
}

/**
 * A segment of the account, as `GET /segments` returns it.
 *
 * The members of a `static` segment are added and removed through the API. Those of a `dynamic` or
 * `split` one are chosen by a query in NP6, and by the seed here: the API refuses to change them
 * with 409.
 */
export interface SeedSegment {
  /** A positive 32-bit integer, unique in the account. */
  readonly id: number
  /** Not empty. */
  readonly name: string
  readonly type: "static" | "dynamic" | "split"
  /** Shown by `GET /segments/{id}`. Empty when left out. */
  readonly description?: string | null
  /** ISO 8601. The start of the sandbox when left out. */
  readonly creation?: string
  /** ISO 8601; `null`, the default, for a segment that doesn't expire. */
  readonly expiration?: string | null
  /** Whether it is for trial sends. Default `false`. */
  readonly isTest?: boolean
  /** Read and ignored: the sandbox counts the members that it has. */
  readonly targetsCount?: number
  /** Sent as it stands here. */
  readonly parentId?: number | null
  /** Sent as it stands here. */
  readonly searchId?: number | null
}

/**
 * One bounce of a target, sent as it stands here. `timestamp` and `reason` come in several forms
 * from NP6 itself, so both are open.
 */
export interface SeedBounce {
  /** The id of the field whose address or number bounced. */
  readonly field: number
  /** NP6's number of the bounce type, such as 4 (`Soft`) or 52 (`HardUser`). */
  readonly type: number
  /** When it happened: Unix seconds in a string in NP6's sample. */
  readonly timestamp: string | number
  /**
   * Why: a number without a published meaning in NP6's sample. A text is what `GET /targets/bounces`
   * sends as its message.
   */
  readonly reason: string | number
}

/** One entry of a target's red list (NP6's list of unsubscribes and complaints), sent as it is. */
export interface SeedRedListEntry {
  /** Since when: Unix seconds in a string in NP6's sample. Not sent when left out. */
  readonly timestamp?: string | number
  /** Why: a number from 0 to 9, such as 4 (list-unsubscribe) or 5 (complaint). */
  readonly reason: string | number
}

/** A value of a field; `null` leaves it unset. */
export type SeedValue = string | number | ReadonlyArray<string> | null

/**
 * A target that is there from the start, as `GET /targets` or `GET /targets/{id}` returns it;
 * `segments` is the sandbox's own.
 *
 * It obeys the rules that a written one does, but it may lack mandatory fields other than its
 * unicity: `GET /targets` shows no others, and an account may have made a field mandatory later.
 */
export interface SeedTarget {
  /** Eight characters of upper-case base 36. The next free id when left out. */
  readonly id?: string
  /** Read and ignored: the sandbox makes the hash from the unicity. */
  readonly hash?: string
  /** ISO 8601, or Unix seconds or milliseconds. The start of the sandbox when left out. */
  readonly creationDate?: string | number
  /** As `creationDate`, which it is when left out. */
  readonly lastUpdateDate?: string | number
  /** Values by field id or field name. */
  readonly fields: Readonly<Record<string, SeedValue>>
  /** The ids of the segments it is in, dynamic ones too; none when left out. */
  readonly segments?: ReadonlyArray<number>
  /** None when left out, and then sent as `[]`. */
  readonly bounce?: ReadonlyArray<SeedBounce>
  /** None when left out, and then sent as `{}`. */
  readonly redList?: { readonly mail?: SeedRedListEntry; readonly sms?: SeedRedListEntry }
}

/**
 * A limit on each key's requests: a bucket of `burst` requests that refills at `perSecond`. A
 * request that finds it empty is refused with 429.
 *
 * NP6 limits requests and publishes no numbers; its `X-RateLimit-*` headers are documented as ones
 * that may be there, without a unit for `Reset` (here: seconds until the bucket is full).
 */
export interface SeedRateLimit {
  /** Requests that come back to the bucket each second: more than 0, also a fraction. */
  readonly perSecond: number
  /** Requests that a full bucket holds, as it is at first: 1 or more. */
  readonly burst: number
  /** Whether a 429 says how many seconds to wait, in `Retry-After`. Default `true`. */
  readonly retryAfter?: boolean
}

/** How the sandbox answers where NP6's own sources contradict one another. */
export interface SeedDialect {
  /**
   * What a single target shows beside its fields: `hash`, `bounce` and `redList` (`all`, the
   * default), no `hash` (`withoutHash`, the API page), or `hash` alone (`withoutBounces`, the newer
   * reference).
   */
  readonly target?: "all" | "withoutHash" | "withoutBounces"
  /** The status of a target that was created with `POST /targets`. Default 200. */
  readonly createStatus?: 200 | 201
  /** Whether a 409 has the API page's words for a body. Default `empty`. */
  readonly conflictBody?: "empty" | "text"
  /**
   * What a bulk delete returns: the API page's array of what was deleted (`list`, the default), or
   * the 204 of the newer reference (`noContent`).
   */
  readonly bulkDelete?: "list" | "noContent"
}

/**
 * What a sandbox starts from. Everything left out is as in {@link defaultSeed}.
 *
 * @example
 * ```ts
 * import { Sandbox, type SandboxSeed } from "@effect-np6/targets/sandbox"
 *
 * // People are told apart by e-mail address and name together.
 * const seed: SandboxSeed = {
 *   fields: [
 *     { id: 1, name: "Email", type: "email", isUnicity: true },
 *     { id: 2, name: "Name", type: "textField", isUnicity: true },
 *   ],
 *   targets: [{ fields: { 1: "jane@example.com", 2: "Jane" } }],
 * }
 * const layer = Sandbox.layerWith(seed)
 * ```
 */
export interface SandboxSeed {
  /** Keys beside `full` and `readOnly`, which every sandbox has. */
  readonly keys?: ReadonlyArray<SeedKey>
  /** All fields of the account, one of them with `isUnicity` at least. */
  readonly fields?: ReadonlyArray<SeedField>
  /** The value lists that fields name by id. */
  readonly valueLists?: ReadonlyArray<SeedValueList>
  /** All segments of the account. */
  readonly segments?: ReadonlyArray<SeedSegment>
  /** Who is there from the start, in order of creation; nobody when left out. */
  readonly targets?: ReadonlyArray<SeedTarget>
  /** No limit when left out. */
  readonly rateLimit?: SeedRateLimit
  readonly dialect?: SeedDialect
}

const Id = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_147_483_647 }))
const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const TextOrNumber = Schema.Union([Schema.String, Schema.Finite])
const RedListEntry = Schema.Struct({
  timestamp: Schema.optionalKey(TextOrNumber),
  reason: TextOrNumber,
})

/** The schema of a seed: see the type of the same name. */
export const SandboxSeed: Schema.Codec<SandboxSeed> = Schema.Struct({
  keys: Schema.optionalKey(Schema.Array(Schema.Struct({
    name: Schema.NonEmptyString,
    // What can stand in a header as it is, so that every client can send it.
    value: Schema.String.check(
      Schema.isPattern(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, {
        expected: "printable ASCII without a space at its ends",
      }),
    ),
    permissions: Schema.Array(Schema.Literals(["read", "write", "segment", "delete"])),
  }))),
  fields: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Id,
    name: Schema.NonEmptyString,
    type: Schema.Literals([
      "textField",
      "textArea",
      "email",
      "phone",
      "numeric",
      "date",
      "singleSelectList",
      "multipleSelectList",
    ]),
    isUnicity: Schema.optionalKey(Schema.Boolean),
    isMandatory: Schema.optionalKey(Schema.Boolean),
    isCriterion: Schema.optionalKey(Schema.Boolean),
    constraint: Schema.optionalKey(Schema.NullOr(Schema.Struct({
      operator: Schema.Literals([0, 1, 2, 3, 4, 5]),
      value: Schema.String,
    }))),
    valueListId: Schema.optionalKey(Schema.NullOr(Id)),
    values: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  }))),
  valueLists: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Id,
    name: Schema.String,
    ordered: Schema.optionalKey(Schema.Boolean),
    values: Schema.Array(Schema.Struct({ index: Schema.Int, value: Schema.NonEmptyString })),
  }))),
  segments: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Id,
    name: Schema.NonEmptyString,
    type: Schema.Literals(["static", "dynamic", "split"]),
    description: Schema.optionalKey(Schema.NullOr(Schema.String)),
    creation: Schema.optionalKey(Schema.String),
    expiration: Schema.optionalKey(Schema.NullOr(Schema.String)),
    isTest: Schema.optionalKey(Schema.Boolean),
    targetsCount: Schema.optionalKey(Schema.Int),
    parentId: Schema.optionalKey(Schema.NullOr(Schema.Int)),
    searchId: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  }))),
  targets: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Schema.optionalKey(Schema.String.check(
      Schema.isPattern(/^[0-9A-Z]{8}$/, { expected: "eight characters of 0-9 and A-Z" }),
    )),
    hash: Schema.optionalKey(Schema.String),
    creationDate: Schema.optionalKey(TextOrNumber),
    lastUpdateDate: Schema.optionalKey(TextOrNumber),
    fields: Schema.Record(
      Schema.String,
      Schema.NullOr(Schema.Union([Schema.String, Schema.Finite, Schema.Array(Schema.String)])),
    ),
    segments: Schema.optionalKey(Schema.Array(Id)),
    bounce: Schema.optionalKey(Schema.Array(Schema.Struct({
      field: Id,
      type: Schema.Int,
      timestamp: TextOrNumber,
      reason: TextOrNumber,
    }))),
    redList: Schema.optionalKey(Schema.Struct({
      mail: Schema.optionalKey(RedListEntry),
      sms: Schema.optionalKey(RedListEntry),
    })),
  }))),
  rateLimit: Schema.optionalKey(Schema.Struct({
    perSecond: Positive,
    burst: Schema.Int.check(Schema.isGreaterThan(0)),
    retryAfter: Schema.optionalKey(Schema.Boolean),
  })),
  dialect: Schema.optionalKey(Schema.Struct({
    target: Schema.optionalKey(Schema.Literals(["all", "withoutHash", "withoutBounces"])),
    createStatus: Schema.optionalKey(Schema.Literals([200, 201])),
    conflictBody: Schema.optionalKey(Schema.Literals(["empty", "text"])),
    bulkDelete: Schema.optionalKey(Schema.Literals(["list", "noContent"])),
  })),
})

/**
 * The account of a sandbox that is given no seed: the field ids of the API page's samples, two
 * static segments and a dynamic one, and no targets.
 *
 * @example
 * ```ts
 * import { defaultSeed, Sandbox } from "@effect-np6/targets/sandbox"
 *
 * const layer = Sandbox.layerWith({
 *   ...defaultSeed,
 *   targets: [{ fields: { 8103: "jane@example.com" } }],
 * })
 * ```
 */
export const defaultSeed: {
  readonly fields: ReadonlyArray<SeedField>
  readonly segments: ReadonlyArray<SeedSegment>
} = {
  fields: [
    { id: 8101, name: "Civility", type: "singleSelectList", values: ["Mr", "Mrs"] },
    { id: 8102, name: "Last name", type: "textField" },
    { id: 8103, name: "Email", type: "email", isUnicity: true, isMandatory: true },
    { id: 8104, name: "Phone", type: "phone" },
    { id: 8105, name: "Birthday", type: "date" },
    { id: 8106, name: "Orders", type: "numeric" },
    {
      id: 8107,
      name: "Interests",
      type: "multipleSelectList",
      values: ["Books", "Cinema", "Music", "Sport"],
    },
    { id: 8108, name: "Notes", type: "textArea" },
  ],
  segments: [
    { id: 12345, name: "Newsletter", type: "static" },
    { id: 12346, name: "Customers", type: "static" },
    { id: 14105, name: "Active this month", type: "dynamic" },
  ],
}

interface SeedProblem {
  readonly problem: string
  readonly path: ReadonlyArray<string | number>
  readonly position: { readonly line: number; readonly column: number } | undefined
}

const InvalidSeedBase: new (
  args: SeedProblem,
) => Cause.YieldableError & { readonly _tag: "InvalidSeed" } & SeedProblem = Data
  .TaggedError("InvalidSeed")<SeedProblem>

/**
 * A seed that no account could have: malformed, or at odds with itself.
 *
 * `problem` says what is wrong, `path` where in the seed (empty for the whole), and `position`, for a
 * seed that was read from text, at which line and column, from 1.
 *
 * @example
 * ```ts
 * import { Sandbox } from "@effect-np6/targets/sandbox"
 * import * as Effect from "effect/Effect"
 *
 * const state = Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
 * const program = state.pipe(
 *   Effect.provide(Sandbox.layerJson('{ "fields": [] }')),
 *   Effect.catchTag(
 *     "InvalidSeed",
 *     (error) => Effect.logError(error.position, error.problem),
 *   ),
 * )
 * ```
 */
export class InvalidSeed extends InvalidSeedBase {
  /** That the sandbox cannot start from the seed, why, and where. */
  override get message(): string {
    const place = placeOf(this.path)
    const at = this.position === undefined
      ? ""
      : ` (line ${this.position.line}, column ${this.position.column})`
    const where = place === "" ? "" : `${place}: `
    return `The sandbox cannot start from this seed: ${where}${this.problem}.${at}`
  }
}
