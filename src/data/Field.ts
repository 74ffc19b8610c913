/**
 * The fields of a target: their ids, and the values that are read from and written to them.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import { ExactNumber } from "./number.ts"

/** One value inside a {@link FieldValue}: text, a number or a flag. */
export type FieldScalar = string | number | boolean

/**
 * The value of one field, as read and as written.
 *
 * - text, e-mail, phone and text area: a string
 * - numeric: a number; one beyond ±2^53 is refused both ways, because its digits can't be trusted
 * - date: a string; ISO 8601 in UTC (`"2016-07-30T09:01:00Z"`) is the safe form to write
 * - single-select list: the label (`"Mr"`), in any case
 * - multiple-select list: an array of labels
 * - no value: `null`, and `[]` for a multiple-select list. Written, they clear the field.
 *
 * How dates and lists read back isn't documented: expect what was written, and check.
 */
export type FieldValue = FieldScalar | null | ReadonlyArray<FieldScalar | null>

const scalar = [Schema.String, ExactNumber, Schema.Boolean] as const

/** The schema of a field's value: see the type of the same name. */
export const FieldValue: Schema.Codec<FieldValue> = Schema.Union([
  ...scalar,
  Schema.Null,
  Schema.Array(Schema.Union([...scalar, Schema.Null])),
])

/**
 * The fields of a target as NP6 returns them: values by field id. A field without a value is
 * `null` in a {@link Target}, and left out of a {@link ListedTarget}, whose documented sample holds
 * the unicity field alone.
 */
export interface Fields {
  /** By field id; `undefined` where NP6 sent nothing of that field. */
  readonly [fieldId: string]: FieldValue
}

/** The schema of a target's fields: see the type of the same name. */
export const Fields: Schema.Codec<Fields> = Schema.Record(Schema.String, FieldValue)

/**
 * What is written to a target: a flat map of field id to value, as `upsert`, `create` and `update`
 * take it.
 *
 * Only the fields that are given change: one that is left out or `undefined` keeps its value. `null`
 * clears a field, `[]` a multiple-select list. What is read has another shape: NP6 refuses values
 * that are wrapped in `fields`, so such an object doesn't type-check, and the compiler's message says
 * why. {@link Target.fields} can be passed as it is.
 */
export type FieldValues = {
  readonly [fieldId: number]: FieldValue | undefined
  /** Compile-time check: the text of the error is the type, which no value of a target has. */
  readonly fields?: "write a flat map of field id to value: NP6 refuses values wrapped in `fields`"
  /** Compile-time check: text and arrays have indexes that look like field ids. */
  readonly length?: "write a map of field id to value: text and arrays are none"
}
