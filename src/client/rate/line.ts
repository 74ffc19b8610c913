/**
 * A queue of fibers.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Overdue } from "../Gate.ts"
import { type Dated, Deadlines } from "./deadlines.ts"

/** A request has waited for as long as it may. */
export const overdue: Effect.Effect<never, Overdue> = Effect.fail({ _tag: "Overdue" })

interface Place extends Dated {
  previous: Place | undefined
  next: Place | undefined
  /** Resumes the fiber that waits here. */
  resume: ((effect: Effect.Effect<void, Overdue>) => void) | undefined
}

/**
 * First come, first served: one effect runs at a time. To join, to leave and to hand over takes the
 * same time however many wait, which isn't so of Effect's Semaphore: it copies its waiters at each
 * release.
 *
 * The line has no clock and no timers: the effect that runs tells it the time.
 */
export class Line {
  #first: Place | undefined
  #last: Place | undefined
  readonly #deadlines = new Deadlines<Place>()

  /** Whether nobody runs or waits. */
  isEmpty(): boolean {
    return this.#first === undefined
  }

  /** When the next of those who wait gives up. */
  get nextDeadline(): number {
    return this.#deadlines.first?.deadline ?? Infinity
  }

  /** Lets those give up whose deadline has passed. */
  expire(now: number): void {
    for (;;) {
      const { first } = this.#deadlines
      if (first === undefined || first.deadline > now) return
      this.#deadlines.remove(first)
      first.resume?.(overdue)
    }
  }

  /** Runs an effect after those of all who joined before. */
  run<A, E, R>(
    effect: Effect.Effect<A, E, R>,
    deadline = Infinity,
  ): Effect.Effect<A, E | Overdue, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const place = this.#join(deadline)
        const first = place === this.#first ? effect : Effect.andThen(head(place), effect)
        return Effect.ensuring(restore(first), Effect.sync(() => this.#leave(place)))
      })
    )
  }

  #join(deadline: number): Place {
    const place: Place = {
      previous: this.#last,
      next: undefined,
      resume: undefined,
      deadline,
      index: -1,
    }
    if (this.#last === undefined) this.#first = place
    else this.#last.next = place
    this.#last = place
    if (deadline < Infinity) this.#deadlines.add(place)
    return place
  }

  #leave(place: Place): void {
    const wasFirst = place === this.#first
    if (place.previous === undefined) this.#first = place.next
    else place.previous.next = place.next
    if (place.next === undefined) this.#last = place.previous
    else place.next.previous = place.previous
    this.#deadlines.remove(place)
    // Later: the one that leaves may join another line, and comes before those behind it there, too.
    if (wasFirst) this.#first?.resume?.(Effect.yieldNow)
  }
}

/** Waits to be the first. */
const head = (place: Place): Effect.Effect<void, Overdue> =>
  Effect.callback<void, Overdue>((resume) => {
    place.resume = resume
    // It may have become the first between joining and this.
    if (place.previous === undefined) resume(Effect.void)
  })
