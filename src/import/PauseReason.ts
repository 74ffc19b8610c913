/**
 * Why an import pauses.
 *
 * @module
 */

/**
 * Why an import is paused: by hand; the key or its rights were refused; NP6 couldn't be reached for
 * long; the connection or the network is set up wrongly; the source isn't what was planned, or can't
 * be read; the program that imports has a bug.
 */
export type PauseReason =
  | "Paused"
  | "Refused"
  | "Unreachable"
  | "Setup"
  | "SourceChanged"
  | "SourceUnreadable"
  | "Bug"
