/**
 * What a call reports to the bulk run that it belongs to, and what it asks it.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Gate, Observation } from "./Gate.ts"

/** An input of a bulk run, as far as its calls are concerned. */
export interface BulkCall {
  /** A request waits at a gate. Never ends when the run sends nothing any more. */
  readonly waits: (gate: Gate) => Effect.Effect<void>
  /** A request is sent. Returns its number in the run. */
  readonly sends: (isRetry: boolean) => number
  /** A request has an outcome. */
  readonly observes: (request: number, observation: Observation) => void
  /** An attempt has failed; its call may have others. */
  readonly notes: (error: unknown) => void
  /**
   * Whether a call that is about to fail sends its request again, with its retries anew: in an
   * outage, and after a refusal that wasn't confirmed. Waits until that is known.
   */
  readonly reviews: (failure: Failing) => Effect.Effect<boolean>
}

/** A call that is about to fail. */
export interface Failing {
  readonly call: object
  readonly error: unknown
  /** The number of its last request in the run. */
  readonly request: number
  /** Whether its request may be sent again without doing anything twice. */
  readonly isRepeatable: boolean
  /** The gate of its connection. */
  readonly gate: Gate
}

/** The input that the calls of a scope belong to, in a bulk run. */
export const CurrentBulkCall: Context.Reference<BulkCall | undefined> = Context.Reference(
  "@effect-np6/targets/CurrentBulkCall",
  { defaultValue: (): BulkCall | undefined => undefined },
)
