/**
 * What became of each input of a bulk run, and how a run works.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { Progress } from "./Progress.ts"

/**
 * The call for an input succeeded, after so many requests.
 *
 * @example
 * ```ts
 * import type { Bulk } from "@effect-np6/targets"
 *
 * const wasRetried = (done: Bulk.Done<unknown, unknown>) => done.attempts > 1
 * ```
 */
export interface Done<out I, out A> {
  /** Tells the outcomes apart. */
  readonly _tag: "Done"
  /** The input, as it came. */
  readonly input: I
  /** What the operation returned. */
  readonly value: A
  /** How many requests were sent for the input. */
  readonly attempts: number
}

/**
 * The call for an input failed. The error says whether it may have been applied.
 *
 * @example
 * ```ts
 * import type { Bulk, ClientFailure } from "@effect-np6/targets"
 *
 * const mustBeChecked = (failed: Bulk.Failed<unknown, ClientFailure>) =>
 *   failed.error.applied === "unknown"
 * ```
 */
export interface Failed<out I, out E> {
  /** Tells the outcomes apart. */
  readonly _tag: "Failed"
  /** The input, as it came. */
  readonly input: I
  /** Why. */
  readonly error: E
}

/**
 * Nothing was sent for an input, because the run was stopped before.
 *
 * @example
 * ```ts
 * import type { Bulk } from "@effect-np6/targets"
 *
 * const again = <I>(outcome: Bulk.NotTried<I>) => outcome.input
 * ```
 */
export interface NotTried<out I> {
  /** Tells the outcomes apart. */
  readonly _tag: "NotTried"
  /** The input, as it came. */
  readonly input: I
}

/**
 * The call for an input was interrupted, and may have been applied.
 *
 * @example
 * ```ts
 * import type { Bulk } from "@effect-np6/targets"
 *
 * const lookAt = <I>(outcome: Bulk.Interrupted<I>) => outcome.input
 * ```
 */
export interface Interrupted<out I> {
  /** Tells the outcomes apart. */
  readonly _tag: "Interrupted"
  /** The input, as it came. */
  readonly input: I
}

/**
 * What became of an input.
 *
 * @example
 * ```ts
 * import type { Bulk } from "@effect-np6/targets"
 *
 * const isDone = (outcome: Bulk.Outcome<unknown, unknown, unknown>) => outcome._tag === "Done"
 * ```
 */
export type Outcome<I, A, E> = Done<I, A> | Failed<I, E> | NotTried<I>

/**
 * How a bulk operator works.
 *
 * @example
 * ```ts
 * import type { Bulk } from "@effect-np6/targets"
 *
 * const options: Bulk.BulkOptions<{ readonly email: string }> = { concurrency: 8, ordered: false }
 * ```
 */
export interface BulkOptions<I, A = unknown, E = unknown> {
  /** How many calls run at once. Default: 16. */
  readonly concurrency?: number | undefined
  /**
   * Whether outcomes come in the order of the inputs. Default: `true`. Without the order, a call that
   * waits for a retry doesn't hold back the outcomes behind it.
   */
  readonly ordered?: boolean | undefined
  /** Where to count. */
  readonly progress?: Progress | undefined
  /**
   * Gets the outcomes that could not be handed on, when the run is interrupted or its consumer stops:
   * those of finished calls, and `Interrupted` or `NotTried` for the rest.
   */
  readonly onUnfinished?:
    | ((outcomes: ReadonlyArray<Outcome<I, A, E> | Interrupted<I>>) => Effect.Effect<void>)
    | undefined
}
