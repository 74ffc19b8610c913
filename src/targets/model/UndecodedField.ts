/**
 * The error of a value that a model's schema doesn't decode.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"

/** The fields of {@link UndecodedField}, as schemas. */
export type UndecodedFieldFields = {
  readonly target: Schema.String
  readonly field: Schema.String
  readonly fieldId: Schema.Int
  readonly problem: Schema.String
}

const UndecodedFieldBase: Schema.Class<
  UndecodedField,
  Schema.TaggedStruct<"UndecodedField", UndecodedFieldFields>,
  Cause.YieldableError
> = Schema.TaggedError<UndecodedField>()("UndecodedField", {
  target: Schema.String,
  field: Schema.String,
  fieldId: Schema.Int,
  problem: Schema.String,
})

/**
 * A value of a target that its field's schema doesn't decode: a label that was added to the value
 * list, a date in another form.
 *
 * `target` is the target's id, `field` the field's name in the model and `fieldId` its id; `problem`
 * says what was expected. The value is in none of them: it is in the target's `unknown`.
 */
export class UndecodedField extends UndecodedFieldBase {
  /** One sentence, without the value. */
  override readonly message: string =
    `Target ${this.target}: the value of ${this.field} (field ${this.fieldId}) doesn't decode: ${this.problem}. It is in \`unknown\` as it came.`
}
