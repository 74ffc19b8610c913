/**
 * What the referee and the program under test tell each other.
 *
 * @module
 */

/** A call to make. */
export interface Order {
  readonly id: number
  readonly url: string
  readonly key: string
  /** A name in the table of operations. */
  readonly operation: string
  /** Whether another call goes first, so that there is a connection to use again. */
  readonly isUsed: boolean
  /** Whether an attempt that may have been applied is retried. */
  readonly replays: boolean
  readonly retries: number
  /** In milliseconds; the library's default where it isn't given. */
  readonly timeout?: number
}

/** How a call ended. */
export interface Came {
  /** `value`, or the error's tag and reason. */
  readonly outcome: string
  readonly applied?: "no" | "unknown"
  readonly attempts: number
  readonly status?: number | undefined
  readonly detail?: string
  /** How a call after it ended, on the same layer. */
  readonly next?: string
}
