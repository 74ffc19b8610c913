/**
 * The feeds of the red lists: who must not be written to, since when and why.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import type { CodeEncoded } from "./code.ts"
import { TargetId } from "./Ids.ts"
import { type InstantEncoded, OptionalDate } from "./instant.ts"
import { nullAsAbsent, orEmpty } from "./optional.ts"
import { RedListReason } from "./RedList.ts"

/** What NP6 knows of how a target came onto a red list. */
export interface RedListDetail {
  /** The form that the person unsubscribed with. */
  readonly formId?: string
}

/** A target on a red list: of the account's mail, or of its SMS. */
export interface RedListedTarget {
  readonly id: TargetId
  /** Since when; absent where NP6 gives no date. */
  readonly timestamp?: DateTime.Utc
  /** How the target came onto the list. */
  readonly origin: RedListReason
  /** What else is known of that. */
  readonly detail?: RedListDetail
}

/** A {@link RedListedTarget} as NP6 sends it. */
export interface RedListedTargetEncoded {
  readonly id: string
  /** ISO 8601. */
  readonly timestamp?: InstantEncoded | null
  /** A number from 0 to 9. */
  readonly origin: CodeEncoded
  readonly detail?: { readonly formId?: string | null } | readonly [] | null
}

const Detail: Schema.Codec<
  RedListDetail,
  { readonly formId?: string | null } | readonly []
> = orEmpty(Schema.Struct({ formId: nullAsAbsent(Schema.String) }), Schema.Tuple([]), {})

/** The schema of a target in the feed of a red list: see the type of the same name. */
export const RedListedTarget: Schema.Codec<RedListedTarget, RedListedTargetEncoded> = Schema.Struct(
  {
    id: TargetId,
    timestamp: OptionalDate,
    origin: RedListReason,
    detail: nullAsAbsent(Detail),
  },
)
