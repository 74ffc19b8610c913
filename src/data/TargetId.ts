/**
 * The id of a target.
 *
 * @module
 */
import type * as Brand from "effect/Brand"
import * as Schema from "effect/Schema"
import { isTargetId } from "./checks.ts"

/**
 * The id that NP6 gave a target: eight characters of upper-case base 36 in every known sample
 * (`"000MLGPR"`), kept and sent exactly as received.
 *
 * Operations take a plain `string` and check it; replies carry the brand. Letters, digits, `_` and
 * `-` are accepted, one to 64 of them: whatever else could change the path of a request (an empty
 * id turns "delete this target" into the bulk endpoint) is refused before anything is sent.
 *
 * @example
 * ```ts
 * import { TargetId } from "@effect-np6/targets"
 * import { Schema } from "effect"
 *
 * const id: TargetId = Schema.decodeUnknownSync(TargetId)("000MLGPR")
 * ```
 */
export type TargetId = string & Brand.Brand<"TargetId">

/**
 * The schema of a target's id: see the type of the same name.
 *
 * @example
 * ```ts
 * import { TargetId } from "@effect-np6/targets"
 * import { Schema } from "effect"
 *
 * const isTargetId = Schema.is(TargetId)
 * isTargetId("000MLGPR") // true
 * isTargetId("../segments") // false
 * ```
 */
export const TargetId: Schema.Codec<TargetId, string> = Schema.String.check(
  Schema.makeFilter((id) => isTargetId(id) || "a target id is 1 to 64 letters, digits, _ or -"),
).pipe(Schema.brand("TargetId"))
