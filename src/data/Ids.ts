/**
 * The ids of targets, fields and segments.
 *
 * @module
 */
import type * as Brand from "effect/Brand"
import * as Schema from "effect/Schema"

/**
 * The id that NP6 gave a target: eight characters of upper-case base 36 in every known sample
 * (`"000MLGPR"`), kept and sent exactly as received.
 *
 * Operations take a plain `string` and check it; replies carry the brand. Letters, digits, `_` and
 * `-` are accepted, one to 64 of them: anything else could change the path of a request (an empty
 * id turns "delete this target" into the bulk endpoint) is refused before anything is sent.
 */
export type TargetId = string & Brand.Brand<"TargetId">

/** The schema of a target's id: see the type of the same name. */
export const TargetId: Schema.Codec<TargetId, string> = Schema.String.check(
  Schema.makeFilter((id) => isTargetId(id) || "a target id is 1 to 64 letters, digits, _ or -"),
).pipe(Schema.brand("TargetId"))

const targetIdPattern = /^[0-9A-Za-z_-]{1,64}$/

/** Whether a text is the id of a target. */
export const isTargetId = (text: string): text is TargetId => targetIdPattern.test(text)

/**
 * The id of a field: a positive 32-bit integer that is the account's own. `Account.fields` lists them;
 * the unicity field is the one with `isUnicity: true`.
 */
export type FieldId = number & Brand.Brand<"FieldId">

/** The schema of a field's id: see the type of the same name. */
export const FieldId: Schema.Codec<FieldId, number> = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: 2_147_483_647 }),
).pipe(Schema.brand("FieldId"))

/**
 * The id of a segment: a positive 32-bit integer.
 *
 * The API page's PHP samples write `0123`, which PHP and old JavaScript read as octal: copy the
 * digits without the leading zero.
 */
export type SegmentId = number & Brand.Brand<"SegmentId">

/** The schema of a segment's id: see the type of the same name. */
export const SegmentId: Schema.Codec<SegmentId, number> = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: 2_147_483_647 }),
).pipe(Schema.brand("SegmentId"))
