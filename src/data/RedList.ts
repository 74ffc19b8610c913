/**
 * Red lists: the addresses and numbers of a target that must not be written to.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { type CodeEncoded, named } from "./code.ts"
import { type InstantEncoded, OptionalTimestamp } from "./instant.ts"
import { nullAsAbsent, orEmpty } from "./optional.ts"

/**
 * The names of the known reasons for a red list entry, by NP6's numbers 0 to 9.
 *
 * NP6 publishes this table for the `origin` of its red list endpoints; that a target's `reason`
 * counts the same way is an inference, which no source contradicts.
 */
export type RedListReasonName =
  | "Unknown"
  | "Api"
  | "Import"
  | "Form"
  | "ListUnsubscribe"
  | "Complaint"
  | "SmsStop"
  | "SmsBlacklist"
  | "SmsAdministrative"
  | "SmsSpecific"

/**
 * Why an entry is on a red list: a {@link RedListReasonName} to match on, or the code as NP6 sent
 * it where it isn't a known one.
 */
export type RedListReason = RedListReasonName | (string & Record<never, never>) | number

/** The schema of a red list reason: decodes NP6's number, or its name in any case. */
export const RedListReason: Schema.Codec<RedListReason, CodeEncoded> = named<RedListReasonName>({
  Unknown: 0,
  Api: 1,
  Import: 2,
  Form: 3,
  ListUnsubscribe: 4,
  Complaint: 5,
  SmsStop: 6,
  SmsBlacklist: 7,
  SmsAdministrative: 8,
  SmsSpecific: 9,
})

/** That a target is on a red list, since when, and why. */
export interface RedListEntry {
  /** Since when; absent where NP6 gives no date. */
  readonly timestamp?: DateTime.Utc
  /** Why; absent where NP6 gives no reason. */
  readonly reason?: RedListReason
}

/** A {@link RedListEntry} as NP6 sends it. */
export interface RedListEntryEncoded {
  /** Unix seconds or milliseconds, in a string or a number, or ISO 8601. */
  readonly timestamp?: InstantEncoded | null
  /** The code of the reason. */
  readonly reason?: CodeEncoded | null
}

/** The red lists a target is on: for mail, for SMS, for both or (empty) for none. */
export interface RedList {
  /** Present when no mail may be sent to the target. */
  readonly mail?: RedListEntry
  /** Present when no SMS may be sent to the target. */
  readonly sms?: RedListEntry
}

/** A {@link RedList} as NP6 sends it: an object, or `[]` where it is empty. */
export type RedListEncoded = {
  /** Present when no mail may be sent to the target. */
  readonly mail?: RedListEntryEncoded | readonly [] | null
  /** Present when no SMS may be sent to the target. */
  readonly sms?: RedListEntryEncoded | readonly [] | null
} | readonly []

const Entry: Schema.Codec<RedListEntry, RedListEntryEncoded | readonly []> = orEmpty(
  Schema.Struct({ timestamp: OptionalTimestamp, reason: nullAsAbsent(RedListReason) }),
  Schema.Tuple([]),
  {},
)

/**
 * The schema of a target's red lists: see the type of the same name. An empty array, which some
 * serialisers make of an empty object, decodes as no entry.
 */
export const RedList: Schema.Codec<RedList, RedListEncoded> = orEmpty(
  Schema.Struct({ mail: nullAsAbsent(Entry), sms: nullAsAbsent(Entry) }),
  Schema.Tuple([]),
  {},
)
