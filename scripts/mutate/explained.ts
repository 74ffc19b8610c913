/**
 * The mutants that no test can notice, or none should, and why.
 *
 * @module
 */

/** A piece of the source, and what may stand in its place. */
export interface Explained {
  readonly file: string
  /** What the source says, on one line. */
  readonly from: string
  /** What the mutants say. */
  readonly to: ReadonlyArray<string>
  readonly why: string
}

export const explained: ReadonlyArray<Explained> = []
