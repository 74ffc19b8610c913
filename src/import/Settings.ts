/**
 * How imports share their work between processes.
 *
 * @module
 */
import * as Duration from "effect/Duration"

/** How imports share their work between processes. The defaults suit most. */
export interface LayerOptions {
  /**
   * How long a process that died keeps its chunk. Default: 15 seconds. A process that stands still
   * for longer waits before it sends again.
   */
  readonly lease?: Duration.Input | undefined
  /**
   * How long a request of a process that died may still arrive at NP6. Default: 1 minute. After a
   * crash, rows that must come last wait so long.
   */
  readonly settle?: Duration.Input | undefined
  /** How often outcomes are saved. Default: twice a second. What is sent meanwhile may be sent again. */
  readonly checkpoint?: Duration.Input | undefined
}

/** The same in milliseconds. */
export interface EngineSettings {
  readonly lease: number
  readonly settle: number
  readonly checkpoint: number
}

/** Fills in the defaults. */
export const settingsOf = (options: LayerOptions): EngineSettings => ({
  lease: Duration.toMillis(options.lease ?? "15 seconds"),
  settle: Duration.toMillis(options.settle ?? "1 minute"),
  checkpoint: Duration.toMillis(options.checkpoint ?? "500 millis"),
})
