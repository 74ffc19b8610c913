/**
 * The segments of an account: what `GET /segments` of the NP6 API tells about each.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { SegmentId } from "./Ids.ts"
import { type InstantEncoded, OptionalDate } from "./instant.ts"
import { nullAsAbsent } from "./optional.ts"

/**
 * The types of segments that NP6 knows: the members of a `static` one are added and removed one by
 * one, those of a `dynamic` one are the targets that a query finds. `split` (a part of another
 * segment) is in one module of NP6's own alone.
 */
export type AccountSegmentTypeName = "static" | "dynamic" | "split"

/** The type of a segment: a known one to match on, or another one as NP6 sent it. */
export type AccountSegmentType = AccountSegmentTypeName | (string & Record<never, never>)

/** A segment of an account. NP6 lets no two segments have the same name. */
export interface AccountSegment {
  /** How its members are chosen. */
  readonly type: AccountSegmentType
  /** Its id, which `addToSegment` takes. */
  readonly id: number
  readonly name: string
  /** What it is for. NP6 sends it for a single segment, and leaves it out of the list. */
  readonly description?: string
  /** When it was made. */
  readonly creation?: DateTime.Utc
  /** When it stops working; absent where it never does. */
  readonly expiration?: DateTime.Utc
  /** Whether it is for the test phase of a message. */
  readonly isTest?: boolean
  /** How many members it has: an estimate of NP6's. */
  readonly targetsCount?: number
  /** The segment that it is a part of. */
  readonly parentId?: number
  /** The query that finds its members. */
  readonly searchId?: number
}

/** An {@link AccountSegment} as NP6 sends it. */
export interface AccountSegmentEncoded {
  readonly type: string
  readonly id: number
  readonly name: string
  readonly description?: string | null
  readonly creation?: InstantEncoded | null
  readonly expiration?: InstantEncoded | null
  readonly isTest?: boolean | null
  readonly targetsCount?: number | null
  readonly parentId?: number | null
  readonly searchId?: number | null
}

// As a plain number: what takes a segment's id takes a number.
const id: Schema.Codec<number> = Schema.toType(SegmentId)

/**
 * The schema of a segment of an account: see the type of the same name. A type that isn't known is
 * read as it comes.
 */
export const AccountSegment: Schema.Codec<AccountSegment, AccountSegmentEncoded> = Schema.Struct({
  type: Schema.String,
  id,
  name: Schema.String,
  description: nullAsAbsent(Schema.String),
  creation: OptionalDate,
  expiration: OptionalDate,
  isTest: nullAsAbsent(Schema.Boolean),
  targetsCount: nullAsAbsent(Schema.Int),
  parentId: nullAsAbsent(Schema.Int),
  searchId: nullAsAbsent(Schema.Int),
})
