/**
 * How the command line ends.
 *
 * @module
 */

/** The exit codes. Scripts rely on them: none changes its meaning. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  /** Usage, mapping, file, or no key. */
  usage: 2,
  /** Done, with rejects. */
  rejects: 3,
  refused: 4,
  /** A guard stopped it: nothing, or no more, was changed. */
  guarded: 5,
  /** NP6 can't be reached, or the import is paused: run it again. */
  again: 6,
  running: 7,
  /** `diff --exit-code` found some. */
  differences: 8,
} as const

/** An end with a message, which names flags and files. */
export class Stop {
  readonly _tag = "Stop"
  readonly message: string
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    this.exitCode = exitCode
    this.message = message
  }
}

/** A mistake in what was typed, or in a file. */
export const usage = (message: string): Stop => new Stop(exitCodes.usage, message)
