/**
 * A unit of a bulk run on its way to its outcome.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type { BulkCall, Failing } from "../client/bulkCall.ts"
import type { Gate, Observation } from "../client/Gate.ts"
import type { Done, Failed, NotTried } from "./Outcome.ts"
import type { Holder } from "./slots.ts"

/** The run that an entry belongs to, as far as its calls are concerned. */
export interface Host {
  /** The time, in monotonic milliseconds. */
  readonly now: () => number
  readonly nextRequest: () => number
  readonly countRetry: () => void
  readonly useGate: (gate: Gate) => void
  /** Whether nothing more is sent. */
  readonly isEnding: () => boolean
  readonly notes: (error: unknown) => void
  readonly reviews: (
    entry: Entry<unknown, unknown, unknown, unknown>,
    failing: Failing,
  ) => Effect.Effect<boolean>
}

/** A unit that was taken from the source. */
export class Entry<Unit, P, A, E> implements BulkCall, Holder {
  readonly unit: Unit
  readonly #host: Host
  /** What its callback made of it. */
  prepared: { readonly value: P } | undefined
  key: string | undefined
  /** Whether its key is known, so that later ones can find it. */
  isRegistered = false
  /** The one of the same key before, until it is settled. */
  previous: Entry<Unit, P, A, E> | undefined
  fiber: Fiber.Fiber<A, E> | undefined
  hasSlot = false
  /** Whether it has given up its slot until a verdict. */
  isParked = false
  /** Whether its call has begun. */
  hasBegun = false
  /** Whether the run has ended before it did. */
  isCut = false
  outcome: Done<Unit, A> | Failed<Unit, E> | NotTried<Unit> | undefined
  /** How many of its outcomes were handed on. */
  handedOn = 0
  requests = 0
  /** The number of its last request in the run. */
  lastRequest = 0
  /** Refusals that are its outcome. */
  readonly final = new Set<unknown>()
  /** When its call sends its next request, where `Retry-After` says so. */
  sleepsUntil: number | undefined
  #atGate = 0
  #underWay = 0
  #isUncertain = false
  #isBlocked = false
  #hasFailed = false
  #registered: Latch.Latch | undefined
  #settled: Latch.Latch | undefined

  constructor(host: Host, unit: Unit) {
    this.#host = host
    this.unit = unit
  }

  /** Whether a request is under way. */
  get isUnderWay(): boolean {
    return this.#underWay > 0
  }

  /** Whether it may have changed something at NP6, by what is known of its requests. */
  get applied(): "no" | "unknown" {
    return this.#isUncertain || this.#underWay > 0 ? "unknown" : "no"
  }

  /** Whether nothing of it is under way: it waits for a slot, at the gate, or for its next attempt. */
  get isWaiting(): boolean {
    return !this.hasSlot || (this.#underWay === 0 && (this.#atGate > 0 || this.#hasFailed))
  }

  /** Whether something may have been done for it; a call that sends no requests of ours counts. */
  get wasTried(): boolean {
    return this.hasBegun && (this.requests === 0 ? !this.isWaiting : this.applied === "unknown")
  }

  /** Waits until its key is known. */
  get registered(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.isRegistered ? Effect.void : (this.#registered ??= Latch.makeUnsafe()).await
    )
  }

  /** Waits until it is settled. */
  get settled(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.outcome !== undefined ? Effect.void : (this.#settled ??= Latch.makeUnsafe()).await
    )
  }

  /** Its key is known, or it has none. */
  register(): void {
    this.isRegistered = true
    this.#registered?.openUnsafe()
  }

  /** It has its outcome. */
  settle(outcome: NonNullable<Entry<Unit, P, A, E>["outcome"]>): void {
    this.outcome = outcome
    this.previous = undefined
    this.#settled?.openUnsafe()
  }

  /** Ends it with the run, where it is. */
  cut(): void {
    this.isCut = true
    this.fiber?.interruptUnsafe()
  }

  readonly waits = (gate: Gate): Effect.Effect<void> =>
    Effect.suspend(() => {
      this.#host.useGate(gate)
      if (this.#host.isEnding()) {
        this.#isBlocked = true
        if (this.#underWay === 0) this.cut()
        return Effect.never
      }
      this.#atGate++
      this.sleepsUntil = undefined
      return Effect.void
    })

  readonly sends = (isRetry: boolean): number => {
    this.#atGate--
    this.#underWay++
    this.requests++
    this.#hasFailed = false
    if (isRetry) this.#host.countRetry()
    this.lastRequest = this.#host.nextRequest()
    return this.lastRequest
  }

  readonly observes = (_request: number, { retryAfter, status }: Observation): void => {
    this.#underWay--
    const isRefused = status !== undefined && status >= 400 && status < 500 && status !== 408
    if (!isRefused) this.#isUncertain = true
    this.#hasFailed = status === undefined || status === 429 || status === 408 || status >= 500
    if (this.#hasFailed && retryAfter !== undefined) {
      this.sleepsUntil = this.#host.now() + Duration.toMillis(retryAfter)
    }
    if (this.#isBlocked && this.#underWay === 0) this.cut()
  }

  readonly notes = (error: unknown): void => this.#host.notes(error)

  readonly reviews = (failing: Failing): Effect.Effect<boolean> => {
    this.#hasFailed = false
    return this.#host.reviews(this, failing)
  }
}
