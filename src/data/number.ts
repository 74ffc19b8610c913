/**
 * Numbers whose digits can be trusted.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import { isExact } from "./checks.ts"

/** A number that is what was written: neither infinite nor an integer beyond ±2^53. */
export const ExactNumber: Schema.Codec<number> = Schema.Number.check(
  Schema.makeFilter((value) => isExact(value) || "a number beyond ±2^53 has lost digits"),
)
