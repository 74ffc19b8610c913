/**
 * How many calls of a run go at once.
 *
 * @module
 */
import * as Effect from "effect/Effect"

/** What holds a slot. */
export interface Holder {
  hasSlot: boolean
}

interface Waiter {
  readonly holder: Holder
  readonly resume: () => void
}

/** A number of slots, given in the order in which they are asked for. */
export class Slots {
  readonly #count: number
  readonly #waiters: Array<Waiter> = []
  #running = 0
  #isOpen = true

  constructor(count: number) {
    this.#count = count
  }

  /** How many slots are held. */
  get running(): number {
    return this.#running
  }

  /** Whether none is held, and none can be given to those that wait. */
  get isIdle(): boolean {
    return this.#running === 0 && (this.#waiters.length === 0 || !this.#isOpen)
  }

  /** Waits for a slot: behind all others, or ahead of them. */
  acquire(holder: Holder, isAhead = false): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (holder.hasSlot) return Effect.void
      if (this.#isOpen && this.#running < this.#count && this.#waiters.length === 0) {
        this.enter(holder)
        return Effect.void
      }
      return Effect.callback<void>((resume) => {
        const waiter: Waiter = { holder, resume: () => resume(Effect.void) }
        if (isAhead) this.#waiters.unshift(waiter)
        else this.#waiters.push(waiter)
        this.#give()
        return Effect.sync(() => {
          const index = this.#waiters.indexOf(waiter)
          if (index >= 0) this.#waiters.splice(index, 1)
        })
      })
    })
  }

  /** Takes a slot at once, also where none is free or the slots are closed. */
  enter(holder: Holder): void {
    if (holder.hasSlot) return
    holder.hasSlot = true
    this.#running++
  }

  /** Gives a slot back, if one is held. */
  release(holder: Holder): void {
    if (!holder.hasSlot) return
    holder.hasSlot = false
    this.#running--
    this.#give()
  }

  /** Gives no more slots. */
  close(): void {
    this.#isOpen = false
  }

  /** Gives slots again. */
  open(): void {
    this.#isOpen = true
    this.#give()
  }

  #give(): void {
    while (this.#isOpen && this.#running < this.#count) {
      const waiter = this.#waiters.shift()
      if (waiter === undefined) return
      this.enter(waiter.holder)
      waiter.resume()
    }
  }
}
