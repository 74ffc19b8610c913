/**
 * What a part of the benchmark is.
 *
 * @module
 */

/** How much is measured. */
export interface Effort {
  /** Smaller inputs, so that all ends within three minutes. */
  readonly quick: boolean
  /** How often every row is measured. */
  readonly rounds: number
}

/** A part: one question, and the tables that answer it. */
export interface Part {
  /** The heading above the tables. */
  readonly title: string
  /** Measures, in a directory of the workshop, and gives Markdown, piece by piece. */
  readonly run: (home: string, effort: Effort) => AsyncIterable<string>
}
