/**
 * Fields that NP6 leaves out or sends as `null`: both are read as an absent key.
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/** An optional key whose `null` on the wire is read as absent. */
export type NullAsAbsent<T, E> = Schema.decodeTo<
  Schema.optionalKey<Schema.Codec<T>>,
  Schema.optionalKey<Schema.NullOr<Schema.Codec<T, E>>>
>

/** Makes an optional key of a schema, and reads `null` as absent. */
export const nullAsAbsent = <T, E>(schema: Schema.Codec<T, E>): NullAsAbsent<T, E> => {
  const decoded: Schema.Codec<T> = Schema.toType(schema)
  return Schema.optionalKey(Schema.NullOr(schema)).pipe(
    Schema.decodeTo(Schema.optionalKey(decoded), {
      decode: SchemaGetter.transformOptional((input: Option.Option<T | null>): Option.Option<T> =>
        Option.flatMap(input, (value) => value === null ? Option.none() : Option.some(value))
      ),
      encode: SchemaGetter.transformOptional((value: Option.Option<T>): Option.Option<T | null> =>
        value
      ),
    }),
  )
}

/**
 * Reads another form of emptiness too: serialisers that don't tell an empty object from an empty
 * array write one for the other.
 */
export const orEmpty = <T, E, W>(
  schema: Schema.Codec<T, E>,
  otherEmpty: Schema.Codec<W>,
  empty: T,
): Schema.Codec<T, E | W> => {
  const decoded: Schema.Codec<T> = Schema.toType(schema)
  return Schema.Union([
    schema,
    otherEmpty.pipe(Schema.decodeTo(decoded, {
      decode: SchemaGetter.succeed(empty),
      encode: SchemaGetter.forbidden(() => "an empty value is written in its own form"),
    })),
  ])
}
