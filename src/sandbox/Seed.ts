/**
 * What a sandbox starts from: the account's fields, segments, keys and targets.
 *
 * @module
 */
import * as Data from "effect/Data"
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"

/**
 * What a key is allowed to do; an operation beyond it is refused with 403.
 *
 * NP6 gives a key the rights of the user it was made for; these names are the sandbox's own.
 * `read`: list and get. `write`: upsert, create and update. `segment`: add to and remove from
 * segments. `delete`: delete one or many.
 *
 * @example
 * ```ts
 * import type { SeedPermission } from "@effect-np6/targets/sandbox"
 *
 * const editor: ReadonlyArray<SeedPermission> = ["read", "write"]
 * ```
 */
export type SeedPermission = "read" | "write" | "segment" | "delete"

/**
 * An API key beside the two that every sandbox has.
 *
 * @example
 * ```ts
 * import type { SeedKey } from "@effect-np6/targets/sandbox"
 *
 * const key: SeedKey = {
 *   name: "crm",
 *   value: "crm-key",
 *   permissions: ["read", "write"],
 * }
 * ```
 */
export interface SeedKey {
  /** How the log of requests calls the key, whose value it never shows. */
  readonly name: string
  /** What clients send in `X-Key`. */
  readonly value: string
  /** What the key may do; whatever isn't named is refused with 403. */
  readonly permissions: ReadonlyArray<SeedPermission>
}

/**
 * The type of a field, and with it the JSON that may be written to it: `numeric` takes a number,
 * `multipleSelectList` an array of labels, the others a string.
 *
 * @example
 * ```ts
 * import type { SeedFieldType } from "@effect-np6/targets/sandbox"
 *
 * const type: SeedFieldType = "singleSelectList"
 * ```
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
 * A field of the account.
 *
 * @example
 * ```ts
 * import type { SeedField } from "@effect-np6/targets/sandbox"
 *
 * const email: SeedField = {
 *   id: 8103,
 *   name: "Email",
 *   type: "email",
 *   isUnicity: true,
 * }
 * ```
 */
export interface SeedField {
  /** A positive 32-bit integer, unique in the account. */
  readonly id: number
  /** Unique in the account, and not a number: values may be written by name as well as by id. */
  readonly name: string
  /** What may be written. A unicity field is of type `textField`, `email`, `phone` or `numeric`. */
  readonly type: SeedFieldType
  /** Whether the field identifies a target. With several, all of them together do, in this order. */
  readonly isUnicity?: boolean
  /** Whether a target must have a value. A unicity field always must. */
  readonly isMandatory?: boolean
  /** The labels of a list field, told apart without regard to case. */
  readonly values?: ReadonlyArray<string>
  /** The longest text, or the largest number, that the field takes. */
  readonly max?: number
}

/**
 * A segment of the account. Members of a dynamic one are chosen by a query in NP6, and by the seed
 * here: the API can neither add nor remove them.
 *
 * @example
 * ```ts
 * import type { SeedSegment } from "@effect-np6/targets/sandbox"
 *
 * const segment: SeedSegment = {
 *   id: 12345,
 *   name: "Newsletter",
 *   type: "static",
 * }
 * ```
 */
export interface SeedSegment {
  /** A positive 32-bit integer, unique in the account. */
  readonly id: number
  /** For whoever reads the seed: no endpoint shows it. Not empty. */
  readonly name: string
  /** Whether the API adds and removes members (`static`), or refuses to with 409 (`dynamic`). */
  readonly type: "static" | "dynamic"
}

/**
 * One bounce of a target, sent as it stands here. `timestamp` and `reason` come in several forms
 * from NP6 itself, so both are open.
 *
 * @example
 * ```ts
 * import type { SeedBounce } from "@effect-np6/targets/sandbox"
 *
 * const bounce: SeedBounce = {
 *   field: 8103,
 *   type: 52,
 *   timestamp: "1465831160",
 *   reason: 1,
 * }
 * ```
 */
export interface SeedBounce {
  /** The id of the field whose address or number bounced. */
  readonly field: number
  /** NP6's number of the bounce type, such as 4 (`Soft`) or 52 (`HardUser`). */
  readonly type: number
  /** When it happened: Unix seconds in a string in NP6's sample. */
  readonly timestamp: string | number
  /** Why: a number without a published meaning in NP6's sample. */
  readonly reason: string | number
}

/**
 * One entry of a target's red list, sent as it stands here.
 *
 * @example
 * ```ts
 * import type { SeedRedListEntry } from "@effect-np6/targets/sandbox"
 *
 * const entry: SeedRedListEntry = { reason: 4 }
 * ```
 */
export interface SeedRedListEntry {
  /** Since when: Unix seconds in a string in NP6's sample. Not sent when left out. */
  readonly timestamp?: string | number
  /** Why: a number from 0 to 9, such as 4 (list-unsubscribe) or 5 (complaint). */
  readonly reason: string | number
}

/**
 * A value of a field.
 *
 * @example
 * ```ts
 * import type { SeedValue } from "@effect-np6/targets/sandbox"
 *
 * const interests: SeedValue = ["Sport", "Music"]
 * ```
 */
export type SeedValue = string | number | ReadonlyArray<string>

/**
 * A target that is there from the start. It obeys the rules a written one does.
 *
 * @example
 * ```ts
 * import type { SeedTarget } from "@effect-np6/targets/sandbox"
 *
 * const target: SeedTarget = {
 *   fields: { 8103: "jane@example.com" },
 *   segments: [12345],
 * }
 * ```
 */
export interface SeedTarget {
  /** The next free id when left out. */
  readonly id?: string
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
 *
 * @example
 * ```ts
 * import type { SeedRateLimit } from "@effect-np6/targets/sandbox"
 *
 * const limit: SeedRateLimit = { perSecond: 10, burst: 20 }
 * ```
 */
export interface SeedRateLimit {
  /** Requests that come back to the bucket each second: more than 0, also a fraction. */
  readonly perSecond: number
  /** Requests that a full bucket holds, as it is at first: 1 or more. */
  readonly burst: number
  /** Whether a 429 says how many seconds to wait, in `Retry-After`. Default `true`. */
  readonly retryAfter?: boolean
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
  /** All segments of the account. */
  readonly segments?: ReadonlyArray<SeedSegment>
  /** Who is there from the start, in order of creation; nobody when left out. */
  readonly targets?: ReadonlyArray<SeedTarget>
  /** No limit when left out. */
  readonly rateLimit?: SeedRateLimit
  /**
   * What a bulk delete answers: `list`, the default, is the API page's array of what was deleted;
   * `noContent` is the 204 of the newer reference.
   */
  readonly bulkDeleteAnswer?: "list" | "noContent"
}

const Id = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_147_483_647 }))
const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const TextOrNumber = Schema.Union([Schema.String, Schema.Finite])
const RedListEntry = Schema.Struct({
  timestamp: Schema.optionalKey(TextOrNumber),
  reason: TextOrNumber,
})

/**
 * The schema of a seed, for one that comes from a file.
 *
 * @example
 * ```ts
 * import { SandboxSeed } from "@effect-np6/targets/sandbox"
 * import * as Schema from "effect/Schema"
 *
 * const fromJson = Schema.decodeEffect(Schema.fromJsonString(SandboxSeed))
 * ```
 */
export const SandboxSeed: Schema.Codec<SandboxSeed> = Schema.Struct({
  keys: Schema.optionalKey(Schema.Array(Schema.Struct({
    name: Schema.NonEmptyString,
    // What can stand in a header as it is, so that every client can send it.
    value: Schema.String.check(Schema.isPattern(/^[\x21-\x7e]+$/)),
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
    values: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
    max: Schema.optionalKey(Schema.Finite),
  }))),
  segments: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Id,
    name: Schema.NonEmptyString,
    type: Schema.Literals(["static", "dynamic"]),
  }))),
  targets: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[0-9A-Z]{8}$/))),
    fields: Schema.Record(
      Schema.String,
      Schema.Union([Schema.String, Schema.Finite, Schema.Array(Schema.String)]),
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
  bulkDeleteAnswer: Schema.optionalKey(Schema.Literals(["list", "noContent"])),
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

const InvalidSeedBase: new (
  args: { readonly problem: string },
) => Cause.YieldableError & { readonly _tag: "InvalidSeed"; readonly problem: string } = Data
  .TaggedError("InvalidSeed")<{ readonly problem: string }>

/**
 * A seed that no account could have: malformed, or at odds with itself. `problem` says where and
 * why.
 *
 * @example
 * ```ts
 * import { Sandbox } from "@effect-np6/targets/sandbox"
 * import * as Effect from "effect/Effect"
 *
 * const state = Effect.flatMap(Sandbox, (sandbox) => sandbox.state)
 * const program = state.pipe(
 *   Effect.provide(Sandbox.layerWith({ fields: [] })),
 *   Effect.catchTag(
 *     "InvalidSeed",
 *     (error) => Effect.logError(error.problem),
 *   ),
 * )
 * ```
 */
export class InvalidSeed extends InvalidSeedBase {
  /** That the sandbox cannot start from the seed, and why: `problem`. */
  override get message(): string {
    return `The sandbox cannot start from this seed: ${this.problem}`
  }
}
