/**
 * Value lists: the labels that the list fields of an account take.
 *
 * @module
 */
import * as Schema from "effect/Schema"

/** A label of a value list, and its place in the list. */
export interface ValueListEntry {
  readonly index: number
  /** The label, as fields read and write it. NP6 compares labels without regard to case. */
  readonly value: string
}

/** A value list of an account: what `GET /valueLists` of the NP6 API tells. */
export interface ValueList {
  /** What an `AccountField.valueListId` names. */
  readonly id: number
  readonly name: string
  /** Whether the order of the labels has a meaning. */
  readonly ordered: boolean
  readonly values: ReadonlyArray<ValueListEntry>
}

/** The schema of a value list: see the type of the same name. */
export const ValueList: Schema.Codec<ValueList> = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  ordered: Schema.Boolean,
  values: Schema.Array(Schema.Struct({ index: Schema.Int, value: Schema.String })),
})
