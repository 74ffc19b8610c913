/**
 * The error of a model that can't be written.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"

const NoUnicityBase: Schema.Class<
  NoUnicity,
  Schema.TaggedStruct<"NoUnicity", Record<never, never>>,
  Cause.YieldableError
> = Schema.TaggedError<NoUnicity>()("NoUnicity", {})

/** None of the given fields tells contacts apart, so no model of the contacts can be written. */
export class NoUnicity extends NoUnicityBase {
  override readonly message: string =
    "None of the fields has isUnicity, so nothing tells contacts apart. Pass all fields of the account."
}
