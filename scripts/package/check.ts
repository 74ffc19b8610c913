/**
 * A check: its name, and what it does.
 *
 * @module
 */
import type { Workshop } from "./workshop.ts"

/** One row of the table that is printed. */
export interface Check {
  readonly name: string
  /** Resolves with what was found, in a few words; rejects with what is wrong. */
  readonly run: (workshop: Workshop) => Promise<string>
}

/** Fails a check. */
export const ensure: (condition: boolean, problem: string) => asserts condition = (
  condition,
  problem,
) => {
  if (!condition) throw new Error(problem)
}
