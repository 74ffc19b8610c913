/**
 * Why a mutant that no test notices may live.
 *
 * @module
 */

/** What can't be noticed, or needn't, in a file. */
export interface Reason {
  readonly file: string
  readonly why: string
  /**
   * For the code of a line, or the first of the lines that a mutant replaces: the mutants there, as
   * `from => to`, each side shortened as by {@link shortened}.
   */
  readonly lines: Readonly<Record<string, ReadonlyArray<string>>>
}

/** A line of code, and of a long one its beginning. */
export const shortened = (line: string): string => line.length > 80 ? `${line.slice(0, 60)}…` : line
