/**
 * Counting the requests of a scope.
 *
 * @module
 */
import * as Context from "effect/Context"

/** Where the calls of a scope count their attempts. */
export interface Attempts {
  count: number
}

/** The counter of the scope, if it has one. */
export const CurrentAttempts: Context.Reference<Attempts | undefined> = Context.Reference(
  "@effect-np6/targets/CurrentAttempts",
  { defaultValue: (): Attempts | undefined => undefined },
)
