/**
 * Bulk deletion: which targets are meant, and what became of them.
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { isExact } from "./number.ts"
import { TargetId } from "./Ids.ts"
import type { UnicityInput } from "./Unicity.ts"

/**
 * Which targets `deleteMany` deletes: by unicity, by id, or all members of one segment.
 *
 * A selection is never empty: an empty `value` is `InvalidInput` and nothing is sent, because
 * nobody knows what NP6 does with a bulk delete that names no targets. With several unicity
 * criteria, each target is an inner array: `[["a@b.c", "Doe"]]`.
 */
export type Selection =
  | { readonly type: "unicity"; readonly value: ReadonlyArray<UnicityInput> }
  | { readonly type: "id"; readonly value: ReadonlyArray<string> }
  | { readonly type: "segment"; readonly value: number }

/** One target that a bulk delete reports as deleted. */
export interface DeletedTarget {
  /** The id the target had. */
  readonly id: TargetId
  /** The values of its unicity criteria, in the account's order. */
  readonly unicity: ReadonlyArray<string>
}

/** A {@link DeletedTarget} as NP6 sends it. */
export interface DeletedTargetEncoded {
  /** The id the target had. */
  readonly id: string
  /**
   * The values of its unicity criteria. A number is read as text; a missing one, and one beyond ±2^53,
   * as empty.
   */
  readonly unicity?: ReadonlyArray<string | number | null> | null
}

// A report can't be asked for a second time, so it must not fail on how a criterion is written.
const Criteria = Schema.optionalKey(
  Schema.NullOr(Schema.Array(Schema.Union([Schema.String, Schema.Number, Schema.Null]))),
).pipe(Schema.decodeTo(Schema.Array(Schema.String), {
  decode: SchemaGetter.transformOptional((
    input: Option.Option<ReadonlyArray<string | number | null> | null>,
  ): Option.Option<ReadonlyArray<string>> =>
    Option.some(
      (Option.getOrUndefined(input) ?? []).map((value) =>
        value === null || (typeof value === "number" && !isExact(value)) ? "" : String(value)
      ),
    )
  ),
  encode: SchemaGetter.transformOptional((
    input: Option.Option<ReadonlyArray<string>>,
  ): Option.Option<ReadonlyArray<string | number | null> | null> => input),
}))

/** The schema of a deleted target: see the type of the same name. */
export const DeletedTarget: Schema.Codec<DeletedTarget, DeletedTargetEncoded> = Schema.Struct({
  id: TargetId,
  unicity: Criteria,
})

/** What `deleteMany` knows of the targets it deleted. */
export interface DeletionReport {
  /** The targets that NP6 reports as deleted. Those that it didn't find are not among them. */
  readonly deleted: ReadonlyArray<DeletedTarget>
  /**
   * Whether `deleted` names every target that this call deleted. `false` when NP6 responded without
   * a list (204), when an earlier attempt may have deleted targets and its response was lost, or when
   * a criterion was a number beyond ±2^53, whose digits are lost.
   */
  readonly complete: boolean
}
