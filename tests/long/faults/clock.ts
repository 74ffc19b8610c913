/**
 * Time that passes only when something says so.
 *
 * The sockets of the matrix are real and take the time they take; the library's timeouts and waits
 * are those of this clock. A wait between two attempts is over at once, and a timeout runs out when
 * the proxy declares its connection silent: no cell sleeps, and none fails because a machine is slow.
 */
import { type Clock, Duration, Effect } from "effect"

/** The longest sleep of the gate in one piece, in milliseconds: all timeouts here are longer. */
const longestGateSleep = 250

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** A whole second, because a date in a header has no parts of one. */
export const start = Date.UTC(2026, 0, 5)

export class VirtualClock {
  now = start
  /** How many sleeps were begun, those that were given up included. */
  begun = 0
  #nextIsWait = false
  readonly #sleepers = new Set<Sleeper>()

  /** Makes the next sleep one that is over at once. */
  readonly waitIsNext: Effect.Effect<void> = Effect.sync(() => {
    this.#nextIsWait = true
  })

  /** Lets this many milliseconds pass, and says whether somebody woke. */
  pass(millis: number): boolean {
    this.now += millis
    const woken = Array.from(this.#sleepers).filter(({ at }) => at <= this.now)
    for (const sleeper of woken) {
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
    return woken.length > 0
  }

  /** Lets the time pass until the first sleeper wakes; `false` when nobody sleeps. */
  passToNext(): boolean {
    const next = Math.min(...Array.from(this.#sleepers, ({ at }) => at))
    return next !== Infinity && this.pass(Math.max(0, next - this.now))
  }

  #sleep(millis: number): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const isWait = this.#nextIsWait || millis <= longestGateSleep
      this.#nextIsWait = false
      this.begun++
      if (isWait) {
        this.pass(millis)
        return resume(Effect.void)
      }
      const sleeper = { at: this.now + millis, wake: () => resume(Effect.void) }
      this.#sleepers.add(sleeper)
      return Effect.sync(() => {
        this.#sleepers.delete(sleeper)
      })
    })
  }

  /** The clock as Effect's service. */
  readonly service: Clock.Clock = {
    currentTimeMillisUnsafe: () => this.now,
    currentTimeMillis: Effect.sync(() => this.now),
    currentTimeNanosUnsafe: () => BigInt(this.now) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(this.now) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => BigInt(this.now) * 1_000_000n,
    monotonicTimeNanos: Effect.sync(() => BigInt(this.now) * 1_000_000n),
    sleep: (duration) => this.#sleep(Duration.toMillis(duration)),
  }
}
