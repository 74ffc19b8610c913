/**
 * Bounces: what became of messages that could not be delivered.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { type CodeEncoded, named } from "./code.ts"
import { type InstantEncoded, OptionalTimestamp } from "./instant.ts"
import { FieldId } from "./Ids.ts"
import { ExactNumber } from "./number.ts"

/**
 * The names of the known bounce types, by NP6's number: 3, 4, 51, 52, 53, 54 and 6. Two official
 * sources agree on this table; the sample of the API page (`1`) is outside it.
 */
export type BounceTypeName =
  | "Validated"
  | "Soft"
  | "HardDomain"
  | "HardUser"
  | "HardOther"
  | "HardRules"
  | "ReportAsSpam"

/**
 * The type of a bounce: a {@link BounceTypeName} to match on, or the code as NP6 sent it where it
 * isn't a known one.
 */
export type BounceType = BounceTypeName | (string & Record<never, never>) | number

/** The schema of a bounce's type: decodes NP6's number, or its name in any case. */
export const BounceType: Schema.Codec<BounceType, CodeEncoded> = named<BounceTypeName>({
  Validated: 3,
  Soft: 4,
  HardDomain: 51,
  HardUser: 52,
  HardOther: 53,
  HardRules: 54,
  ReportAsSpam: 6,
})

/**
 * One bounce of a target.
 *
 * `reason` is NP6's own code: no table of it is published, and one source has text in its place.
 */
export interface Bounce {
  /** The field whose address or number bounced. */
  readonly field: FieldId
  /** What kind of bounce it is. */
  readonly type: BounceType
  /** When it happened; absent where NP6 gives no date. */
  readonly timestamp?: DateTime.Utc
  /** NP6's code for why, or its text. */
  readonly reason?: number | string | null
}

/** A {@link Bounce} as NP6 sends it. */
export interface BounceEncoded {
  /** The field whose address or number bounced. */
  readonly field: number
  /** The code of the bounce type, or its name. */
  readonly type: CodeEncoded
  /** Unix seconds or milliseconds, in a string or a number, or ISO 8601. */
  readonly timestamp?: InstantEncoded | null
  /** NP6's code for why, or its text. */
  readonly reason?: number | string | null
}

/** The schema of a bounce: see the type of the same name. */
export const Bounce: Schema.Codec<Bounce, BounceEncoded> = Schema.Struct({
  field: FieldId,
  type: BounceType,
  timestamp: OptionalTimestamp,
  reason: Schema.optionalKey(Schema.NullOr(Schema.Union([ExactNumber, Schema.String]))),
})
