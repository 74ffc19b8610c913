/**
 * Values that other code made: reading one may run a getter, a proxy or a callback that throws.
 *
 * @module
 */
import * as Result from "effect/Result"

/** Runs a check, and fails with `thrown` where the check throws. */
export const guard = <A, E>(check: () => Result.Result<A, E>, thrown: E): Result.Result<A, E> => {
  try {
    return check()
  } catch {
    return Result.fail(thrown)
  }
}
