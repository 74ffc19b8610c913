/**
 * Numbers whose digits can be trusted.
 *
 * @module
 */
import * as Schema from "effect/Schema"

/** Whether a number is what was written: beyond ±2^53, JSON's digits are lost. */
export const isExact = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))

/** A number that is what was written: neither infinite nor an integer beyond ±2^53. */
export const ExactNumber: Schema.Codec<number> = Schema.Number.check(
  Schema.makeFilter((value) => isExact(value) || "a number beyond ±2^53 has lost digits"),
)
