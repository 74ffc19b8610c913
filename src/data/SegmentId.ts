/**
 * The id of a segment.
 *
 * @module
 */
import type * as Brand from "effect/Brand"
import * as Schema from "effect/Schema"

/**
 * The id of a segment: a positive 32-bit integer.
 *
 * The API page's PHP samples write `0123`, which PHP and old JavaScript read as octal: copy the
 * digits without the leading zero.
 *
 * @example
 * ```ts
 * import { SegmentId } from "@effect-np6/targets"
 * import { Schema } from "effect"
 *
 * const newsletter: SegmentId = Schema.decodeUnknownSync(SegmentId)(12345)
 * ```
 */
export type SegmentId = number & Brand.Brand<"SegmentId">

/**
 * The schema of a segment's id: see the type of the same name.
 *
 * @example
 * ```ts
 * import { SegmentId } from "@effect-np6/targets"
 * import { Schema } from "effect"
 *
 * Schema.is(SegmentId)(12345) // true
 * Schema.is(SegmentId)(-1) // false
 * ```
 */
export const SegmentId: Schema.Codec<SegmentId, number> = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: 2_147_483_647 }),
).pipe(Schema.brand("SegmentId"))
