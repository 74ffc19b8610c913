/**
 * The outcomes of a bulk run, and its options.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { CommonFailure } from "../client/Errors.ts"
import type * as Stream from "effect/Stream"
import type { Targets } from "../targets/Targets.ts"
import type { Progress } from "./Progress.ts"

/** The call for an input succeeded. */
export interface Done<out I, out A> {
  readonly _tag: "Done"
  /** The input, as it came. */
  readonly input: I
  /** What the operation returned. */
  readonly value: A
  /** How many requests were sent for the input. */
  readonly attempts: number
}

/**
 * The call for an input failed, or its callback did. The error's `remedy` says what to do about it.
 */
export interface Failed<out I, out E> {
  readonly _tag: "Failed"
  /** The input, as it came. */
  readonly input: I
  /** Why. */
  readonly error: E
}

/**
 * The run ended before the input was settled: send it again. An input can be in flight in an outage,
 * or have met a refused key, and still end so.
 */
export interface NotTried<out I> {
  readonly _tag: "NotTried"
  /** The input, as it came. */
  readonly input: I
  /**
   * `"no"` when nothing was changed at NP6: mostly nothing was sent. `"unknown"` when a request was
   * sent and may have been applied; no input for which that makes a difference ends so.
   */
  readonly applied: "no" | "unknown"
}

/** The call for an input was interrupted while it was under way. */
export interface Interrupted<out I> {
  readonly _tag: "Interrupted"
  /** The input, as it came. */
  readonly input: I
  /** `"unknown"`: it may have been applied. `"no"` of a call that sends no requests to NP6. */
  readonly applied: "no" | "unknown"
}

/** The outcome of an input. */
export type Outcome<I, A, E> = Done<I, A> | Failed<I, E> | NotTried<I>

/**
 * What a callback may return: a value, Effect's `Result` of one, or an `Effect` of one. A failure is
 * the input's {@link Failed}.
 */
export type Given<A, E = never, R = never> = A | Result.Result<A, E> | Effect.Effect<A, E, R>

/**
 * A bulk operator: from a stream of inputs to a stream of their outcomes. That stream fails with the
 * error that ends the run: of a key that is refused, a connection that can't work, an outage that
 * lasts too long, or an option that isn't usable.
 */
export type Operator<I, A, E, R = never> = <E2, R2>(
  inputs: Stream.Stream<I, E2, R2>,
) => Stream.Stream<Outcome<I, A, E>, E2 | CommonFailure, R | R2 | Targets>

/**
 * What a bulk deletion did with an input.
 *
 * - `"Deleted"`: NP6 reports it as deleted
 * - `"NotFound"`: NP6's report is complete, and it isn't in it
 * - `"Unknown"`: NP6 gave no report, or a report was lost; it is deleted now if it was there
 */
export type Deletion = "Deleted" | "NotFound" | "Unknown"

/** The options of a bulk run. */
export interface BulkOptions<I, A = unknown, E = unknown> {
  /** How many calls run at once. Default: 16. */
  readonly concurrency?: number | undefined
  /**
   * Whether outcomes come in the order of the inputs. Default: `true`. Without the order, a call that
   * waits for a retry doesn't hold back the outcomes of others.
   */
  readonly ordered?: boolean | undefined
  /** Where to count. Each run needs a progress of its own. */
  readonly progress?: Progress | undefined
  /**
   * How long an outage may last until the run ends. Default: 5 minutes. Inputs in flight wait for its
   * end meanwhile.
   */
  readonly maxOutage?: Duration.Input | undefined
  /**
   * Ends the run when it ends: nothing more is sent, requests under way are waited for, and what is
   * open is {@link NotTried}. The stream then ends without a failure.
   */
  readonly stop?: Effect.Effect<unknown> | undefined
  /**
   * Gets the outcomes that could not be handed on, when the run is interrupted or its consumer stops:
   * those of finished calls, and `Interrupted` or `NotTried` for the rest. Default: a warning in the
   * log that counts them.
   */
  readonly onUnfinished?:
    | ((outcomes: ReadonlyArray<Outcome<I, A, E> | Interrupted<I>>) => Effect.Effect<void>)
    | undefined
}
