/**
 * The feed of bounces: which messages could not be delivered, target by target.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { BounceType } from "./Bounce.ts"
import type { CodeEncoded } from "./code.ts"
import { FieldId, TargetId } from "./Ids.ts"
import { type InstantEncoded, OptionalDate } from "./instant.ts"
import { nullAsAbsent, orEmpty } from "./optional.ts"

/** What a mail server said of a message that it refused. */
export interface BounceDetail {
  /**
   * The mail server's text. It often holds the person's address, so it is personal data: treat it as
   * the value of a field.
   */
  readonly message?: string
}

/**
 * One bounce in the feed. A {@link Bounce} of a single target tells the same in other shapes: numbers
 * where the feed has names, and a `reason` where it has a text.
 */
export interface ReportedBounce {
  /** What kind of bounce it is. */
  readonly type: BounceType
  /** The field whose address or number bounced. */
  readonly fieldId: FieldId
  /** Why, in the words of the mail server. */
  readonly detail?: BounceDetail
  /** When it happened; absent where NP6 gives no date. */
  readonly timestamp?: DateTime.Utc
}

/** A target with its bounces. */
export interface BouncedTarget {
  readonly id: TargetId
  readonly bounces: ReadonlyArray<ReportedBounce>
}

/** A {@link BouncedTarget} as NP6 sends it. */
export interface BouncedTargetEncoded {
  readonly id: string
  readonly bounces: ReadonlyArray<{
    /** A name such as `"hardUser"`, or the code. */
    readonly type: CodeEncoded
    readonly fieldId: number
    readonly detail?: { readonly message?: string | null } | readonly [] | null
    /** ISO 8601. */
    readonly timestamp?: InstantEncoded | null
  }>
}

const Detail: Schema.Codec<
  BounceDetail,
  { readonly message?: string | null } | readonly []
> = orEmpty(Schema.Struct({ message: nullAsAbsent(Schema.String) }), Schema.Tuple([]), {})

/** The schema of a target in the feed of bounces: see the type of the same name. */
export const BouncedTarget: Schema.Codec<BouncedTarget, BouncedTargetEncoded> = Schema.Struct({
  id: TargetId,
  bounces: Schema.Array(Schema.Struct({
    type: BounceType,
    fieldId: FieldId,
    detail: nullAsAbsent(Detail),
    timestamp: OptionalDate,
  })),
})
