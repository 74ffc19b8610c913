/**
 * Targets: the contacts of an NP6 account, as the API returns them.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { Bounce, type BounceEncoded } from "./Bounce.ts"
import { Fields } from "./Field.ts"
import { type InstantEncoded, OptionalDate } from "./instant.ts"
import { nullAsAbsent, orEmpty } from "./optional.ts"
import { RedList, type RedListEncoded } from "./RedList.ts"
import { TargetId } from "./Ids.ts"

/**
 * A target as `list` and `stream` return it: in every documented sample, `fields` holds the unicity
 * field alone.
 */
export interface ListedTarget {
  /** The id that NP6 gave the target. */
  readonly id: TargetId
  /** When the target was created; absent where NP6 has no date (it sends year 1 then). */
  readonly creationDate?: DateTime.Utc
  /** When the target was last changed; absent where NP6 has no date. */
  readonly lastUpdateDate?: DateTime.Utc
  /** Values by field id. */
  readonly fields: Fields
}

/** A {@link ListedTarget} as NP6 sends it. */
export interface ListedTargetEncoded {
  /** The id that NP6 gave the target. */
  readonly id: string
  /** ISO 8601 in UTC; Unix seconds and milliseconds are read too. */
  readonly creationDate?: InstantEncoded | null
  /** ISO 8601 in UTC; Unix seconds and milliseconds are read too. */
  readonly lastUpdateDate?: InstantEncoded | null
  /** Values by field id; `[]` or `null` where there are none. */
  readonly fields: Fields | readonly [] | null
}

const listedFields = {
  id: TargetId,
  creationDate: OptionalDate,
  lastUpdateDate: OptionalDate,
  fields: orEmpty(Fields, Schema.NullOr(Schema.Tuple([])), {}),
}

/** The schema of a listed target: see the type of the same name. */
export const ListedTarget: Schema.Codec<ListedTarget, ListedTargetEncoded> = Schema.Struct(
  listedFields,
)

/**
 * A target with all its fields.
 *
 * `hash`, `bounce` and `redList` are absent when the server doesn't send them, which is not the
 * same as empty: an absent `bounce` says nothing about bounces, `[]` says there is none.
 */
export interface Target extends ListedTarget {
  /** MD5, in lower-case hexadecimal, of the unicity; known of accounts with one criterion. */
  readonly hash?: string
  /** The bounces of the target. */
  readonly bounce?: ReadonlyArray<Bounce>
  /** The red lists the target is on. */
  readonly redList?: RedList
}

/** A {@link Target} as NP6 sends it. */
export interface TargetEncoded extends ListedTargetEncoded {
  /** MD5 of the unicity. */
  readonly hash?: string | null
  /** The bounces: an array, or `{}` where it is empty. */
  readonly bounce?: ReadonlyArray<BounceEncoded> | { readonly [key: string]: never } | null
  /** The red lists: an object, or `[]` where it is empty. */
  readonly redList?: RedListEncoded | null
}

/**
 * The schema of a target: see the type of the same name.
 *
 * @example
 * ```ts
 * import { Target } from "@effect-np6/targets"
 * import { Schema } from "effect"
 *
 * const target = Schema.decodeUnknownSync(Target)({
 *   id: "000MLGPR",
 *   creationDate: "2016-04-04T08:55:00Z",
 *   lastUpdateDate: "2016-04-25T14:27:00Z",
 *   fields: { "8103": "test@test.com" },
 *   bounce: [
 *     { field: 8103, type: 52, timestamp: "1465831160", reason: 1 },
 *   ],
 * })
 * target.bounce?.[0]?.type // "HardUser"
 * ```
 */
export const Target: Schema.Codec<Target, TargetEncoded> = Schema.Struct({
  ...listedFields,
  hash: nullAsAbsent(Schema.String),
  bounce: nullAsAbsent(
    orEmpty(Schema.Array(Bounce), Schema.Record(Schema.String, Schema.Never), []),
  ),
  redList: nullAsAbsent(RedList),
})
