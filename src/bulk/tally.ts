/**
 * The counters of a bulk run.
 *
 * @module
 */

/** The counters of a bulk run; times are epoch milliseconds. */
export interface Tally {
  start: number | undefined
  end: number | undefined
  taken: number
  done: number
  failed: number
  notTried: number
  retried: number
}

/** Counters at the start. */
export const makeTally = (): Tally => ({
  start: undefined,
  end: undefined,
  taken: 0,
  done: 0,
  failed: 0,
  notTried: 0,
  retried: 0,
})
