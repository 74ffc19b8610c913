/**
 * A bulk run at one moment.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"

/** A bulk run at one moment. */
export interface Snapshot {
  /** When it was taken. */
  readonly at: DateTime.Utc
  /** Inputs whose call succeeded. */
  readonly done: number
  /** Inputs whose call failed. */
  readonly failed: number
  /** Inputs that were taken from the source and not settled, because the run ended. */
  readonly notTried: number
  /** Inputs whose call was interrupted. */
  readonly interrupted: number
  /** Inputs that were taken from the source and have no outcome yet. */
  readonly inFlight: number
  /** Requests beyond the first of their call. */
  readonly retried: number
  /** Inputs without an outcome, where the total is known. */
  readonly remaining: number | undefined
  /** Time since the start of the run. */
  readonly elapsed: Duration.Duration
  /** Outcomes a second over the last ten seconds, rounded to a tenth. */
  readonly rate: number
  /** Outcomes a second over the whole run, rounded to a tenth. */
  readonly meanRate: number
  /** How long the rest takes at the current rate, where both are known. */
  readonly eta: Duration.Duration | undefined
  /** What the run waits for, while nothing is sent. */
  readonly waitsFor: Waiting | undefined
  /** Whether the run has ended, well or not. */
  readonly isOver: boolean
}

/** What a run waits for. */
export interface Waiting {
  /**
   * - `"RateLimit"`: NP6's limit allows the next request in a second or later
   * - `"Outage"`: NP6 doesn't respond, or the store of a shared limit; `until` is when the run gives
   *   up
   * - `"Refusal"`: a call was refused, and the run finds out whether all are
   */
  readonly reason: "RateLimit" | "Outage" | "Refusal"
  /** Until when, where it is known. */
  readonly until: DateTime.Utc | undefined
}

/** How a snapshot is written. */
export interface FormatOptions {
  /** Default: `"line"`. */
  readonly as?: "line" | "bar" | undefined
  /** How many characters a bar may take. Default: 80. */
  readonly width?: number | undefined
}
