/**
 * The counters behind a progress. Times are milliseconds of a monotonic clock.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"

/** Why a run waits. */
export interface Hold {
  readonly reason: "RateLimit" | "Outage" | "Refusal"
  /** For how long still, as far as it is known. */
  readonly left: Duration.Duration | undefined
}

/** What the inputs of a run are counted as. */
export interface Counts {
  done: number
  failed: number
  notTried: number
  interrupted: number
}

/** The milliseconds over which the current rate is measured. */
const recent = 10_000

/** How many inputs were settled at a time. */
interface Sample {
  readonly at: number
  readonly settled: number
}

/** The counters of a run. */
export class Tally {
  readonly counts: Counts = { done: 0, failed: 0, notTried: 0, interrupted: 0 }
  taken = 0
  retried = 0
  start: number | undefined
  end: number | undefined
  /** Opens when the run is over. */
  readonly over: Latch.Latch = Latch.makeUnsafe()
  /** What the run waits for. */
  hold: Effect.Effect<Hold | undefined> | undefined
  /** One a second, of the last seconds. */
  readonly #samples: Array<Sample> = []

  /** How many inputs have an outcome. */
  get settled(): number {
    const { done, failed, interrupted, notTried } = this.counts
    return done + failed + notTried + interrupted
  }

  /** Begins the run. */
  begin(now: number): void {
    this.start = now
    this.#samples.push({ at: now, settled: 0 })
  }

  /** Counts an input. */
  count(as: keyof Counts, now: number): void {
    this.counts[as]++
    const last = this.#samples.at(-1)
    if (last !== undefined && now - last.at < 1_000) return
    this.#samples.push({ at: now, settled: this.settled })
    while ((this.#samples[1]?.at ?? now) <= now - recent) this.#samples.shift()
  }

  /** Outcomes a second, over the last seconds. */
  rate(now: number): number {
    const [first] = this.#samples
    const since = this.#samples.filter(({ at }) => at <= now - recent).at(-1) ?? first
    return since === undefined || now <= since.at
      ? 0
      : (this.settled - since.settled) / (now - since.at) * 1_000
  }

  /** Ends the run. */
  finish(now: number): void {
    this.end = now
    this.hold = undefined
    this.over.openUnsafe()
  }
}

const tallies = new WeakMap<object, Tally>()

/** Keeps the counters behind a progress. */
export const setTally = (progress: object, tally: Tally): void => {
  tallies.set(progress, tally)
}

/** The counters behind a progress; `undefined` when another run has them, or it isn't ours. */
export const claimTally = (progress: object): Tally | undefined => {
  const tally = tallies.get(progress)
  tallies.delete(progress)
  return tally
}
