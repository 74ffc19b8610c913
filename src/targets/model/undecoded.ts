/**
 * What is said of a value that a model doesn't understand.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import type { ErrorClass } from "../../client/Errors.ts"

/**
 * The fields of {@link UndecodedField}, as schemas.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * type Problem = TargetModel.UndecodedFieldFields["problem"]
 * ```
 */
export type UndecodedFieldFields = {
  readonly target: Schema.String
  readonly field: Schema.String
  readonly fieldId: Schema.Int
  readonly problem: Schema.String
}

const UndecodedFieldBase: ErrorClass<UndecodedField, "UndecodedField", UndecodedFieldFields> =
  Schema.TaggedError<UndecodedField>()("UndecodedField", {
    target: Schema.String,
    field: Schema.String,
    fieldId: Schema.Int,
    problem: Schema.String,
  })

/**
 * A value of a target that its field's schema doesn't understand: a label that was added to the
 * value list, a date in another form.
 *
 * `target` is the target's id, `field` the field's name in the model and `fieldId` its id; `problem`
 * says what was expected. The value is in none of them: it is in the target's `unknown`.
 *
 * @example
 * ```ts
 * import { TargetModel, Targets } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const Contact = TargetModel.make({ email: TargetModel.text(8103) }, { unicity: "email" })
 *
 * const program = Effect.gen(function* () {
 *   const contacts = yield* Contact.operations
 *   const jane = yield* contacts.get("000MLGPR")
 *   for (const field of jane.undecoded) yield* Effect.logWarning(field.message)
 * })
 * ```
 */
export class UndecodedField extends UndecodedFieldBase {
  /** The sentence for people, without the value. */
  override get message(): string {
    return `Target ${this.target}: the value of ${this.field} (field ${this.fieldId}) isn't what the model says: ${this.problem}. It is kept as it came, in \`unknown\`.`
  }
}
