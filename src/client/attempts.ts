/**
 * Counting the requests of a scope.
 *
 * @module
 */
import * as Context from "effect/Context"

/** Where the calls of a scope count their requests. */
export interface Attempts {
  requests: number
  /** Those of them that repeated one of the same call. */
  retries: number
}

/** The counter of the scope, if it has one. */
export const CurrentAttempts: Context.Reference<Attempts | undefined> = Context.Reference(
  "@effect-np6/targets/CurrentAttempts",
  { defaultValue: (): Attempts | undefined => undefined },
)
