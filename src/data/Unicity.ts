/**
 * The unicity of a target: the field or fields that identify it, usually the e-mail address.
 *
 * @module
 */
import type * as Brand from "effect/Brand"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import { hasControl, hasFormat, hasLoneSurrogate } from "./text.ts"

/**
 * The values of an account's unicity criteria for one target, in the account's order: one e-mail
 * address for most accounts, several values where the account is set up so.
 *
 * Operations take a {@link UnicityInput} and check it. Each endpoint has its own encoding, which
 * the library takes care of: `?unicity=` repeated, or an inner array in a bulk delete.
 */
export type Unicity =
  & readonly [criterion: string, ...more: ReadonlyArray<string>]
  & Brand.Brand<"Unicity">

type Criteria = readonly [string, ...ReadonlyArray<string>]

/**
 * A unicity as a caller writes it: the value of the only criterion, or one value a criterion.
 */
export type UnicityInput = string | ReadonlyArray<string>

const maxLength = 1024

const criterionProblem = (criterion: string): string | undefined => {
  if (criterion.trim() === "") return "a criterion is empty"
  if (criterion.length > maxLength) return `a criterion is longer than ${maxLength} characters`
  if (hasControl(criterion)) return "a criterion holds a control character"
  if (hasFormat(criterion)) {
    return "a criterion holds an invisible character (such as a zero-width space): it would make a second contact that looks the same"
  }
  if (criterion.includes("\ufffd")) {
    return "a criterion holds U+FFFD, which stands for a character that was read in the wrong encoding"
  }
  if (hasLoneSurrogate(criterion)) return "a criterion holds half a character (a lone surrogate)"
  return undefined
}

const Criterion = Schema.String.check(Schema.makeFilter(criterionProblem))

/**
 * The schema of a unicity: decodes a {@link UnicityInput}, and encodes one criterion as plain text
 * and several as an array.
 *
 * A criterion is refused when it is blank, longer than 1,024 characters, or holds a control or format
 * character (such as a zero-width space), U+FFFD or a lone surrogate.
 *
 * @example
 * ```ts
 * import { Unicity } from "@effect-np6/targets"
 * import { Schema } from "effect"
 *
 * Schema.decodeUnknownSync(Unicity)("a@b.c") // ["a@b.c"]
 * ```
 */
export const Unicity: Schema.Codec<Unicity, UnicityInput> = Schema.Union([
  Schema.String,
  Schema.Array(Schema.String),
]).pipe(
  Schema.decodeTo(
    Schema.TupleWithRest(Schema.Tuple([Criterion]), [Criterion]).pipe(Schema.brand("Unicity")),
    {
      decode: SchemaGetter.transformEffect((input: UnicityInput) => {
        const [criterion, ...more] = typeof input === "string" ? [input] : input
        return criterion === undefined
          ? Effect.fail(new SchemaIssue.InvalidValue({ message: "no criterion is given" }))
          : Effect.succeed<Criteria>([criterion, ...more])
      }),
      encode: SchemaGetter.transform((criteria: Criteria): UnicityInput =>
        criteria.length === 1 ? criteria[0] : criteria
      ),
    },
  ),
)
