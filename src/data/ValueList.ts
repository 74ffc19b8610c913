/**
 * Value lists: the labels that the list fields of an account take.
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/** A label of a value list. */
export interface ValueListEntry {
  /** Its number in the list, in order of creation. */
  readonly index: number
  /** The label, as fields read and write it. NP6 compares labels without regard to case. */
  readonly value: string
}

/** A value list of an account: what `GET /valueLists` of the NP6 API tells. */
export interface ValueList {
  /** What an `AccountField.valueListId` names. */
  readonly id: number
  readonly name: string
  /** Whether NP6 shows the labels in alphabetical order, and not in order of creation. */
  readonly ordered: boolean
  readonly values: ReadonlyArray<ValueListEntry>
}

/** A {@link ValueList} as NP6 sends it. */
export interface ValueListEncoded {
  readonly id: number
  readonly name: string
  readonly ordered?: boolean | null
  readonly values: ReadonlyArray<ValueListEntry>
}

// NP6 documents that it may be null.
const orFalse: Schema.decodeTo<
  Schema.Boolean,
  Schema.optionalKey<Schema.NullOr<Schema.Boolean>>
> = Schema.optionalKey(Schema.NullOr(Schema.Boolean)).pipe(
  Schema.decodeTo(Schema.Boolean, {
    decode: SchemaGetter.transformOptional((ordered: Option.Option<boolean | null>) =>
      Option.some(Option.getOrNull(ordered) ?? false)
    ),
    encode: SchemaGetter.passthroughSubtype<boolean | null, boolean>(),
  }),
)

/** The schema of a value list: see the type of the same name. */
export const ValueList: Schema.Codec<ValueList, ValueListEncoded> = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  ordered: orFalse,
  values: Schema.Array(Schema.Struct({ index: Schema.Int, value: Schema.String })),
})
