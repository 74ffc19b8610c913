/**
 * The mutants that no test can notice, or none should, and why.
 *
 * @module
 */

/** A line of the source, and what may stand in the place of something in it. */
export interface Explained {
  readonly file: string
  /** The line, or the first of the lines that a mutant replaces. */
  readonly code: string
  /** What mutants put in place of something in it. */
  readonly to: ReadonlyArray<string>
  readonly why: string
}

export const explained: ReadonlyArray<Explained> = []
