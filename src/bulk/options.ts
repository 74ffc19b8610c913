/**
 * Checks of the options of bulk runs.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidInput } from "../client/Errors.ts"
import type { BulkOptions } from "./Outcome.ts"
import { claimTally, type Tally } from "./tally.ts"

/** The options of a run, checked. */
export interface Settings<I, A, E> extends Pick<BulkOptions<I, A, E>, "onUnfinished" | "stop"> {
  readonly concurrency: number
  readonly ordered: boolean
  /** In milliseconds. */
  readonly maxOutage: number
  readonly tally: Tally | undefined
}

const refuse = (operation: string, input: string, problem: string): InvalidInput =>
  new InvalidInput({ operation, applied: "no", attempts: 0, input, problem })

/** Whether a number counts something: whole, and at least 1. */
export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0

/** Checks the options of a run, and takes its progress. */
export const checkOptions = <I, A, E>(
  operation: string,
  options: BulkOptions<I, A, E>,
): Effect.Effect<Settings<I, A, E>, InvalidInput> =>
  Effect.suspend(() => {
    const { concurrency = 16, maxOutage = "5 minutes", ordered = true, progress } = options
    if (!isCount(concurrency)) {
      return refuse(operation, "concurrency", "it is not a whole number of 1 or more")
    }
    const outage = Option.getOrUndefined(Duration.fromInput(maxOutage))
    if (outage === undefined || !Duration.isPositive(outage)) {
      return refuse(operation, "maxOutage", 'it is not a duration above zero, such as "5 minutes"')
    }
    const tally = progress === undefined ? undefined : claimTally(progress)
    if (progress !== undefined && tally === undefined) {
      return refuse(operation, "progress", "it belongs to another run: make one for each run")
    }
    return Effect.succeed({
      concurrency,
      ordered,
      maxOutage: Duration.toMillis(outage),
      tally,
      stop: options.stop,
      onUnfinished: options.onUnfinished,
    })
  })

/** Why a chunk size is refused; `undefined` when it isn't. */
export const refuseChunkSize = (operation: string, size: unknown): InvalidInput | undefined =>
  isCount(size)
    ? undefined
    : refuse(operation, "chunkSize", "it is not a whole number of 1 or more")
