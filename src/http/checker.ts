/**
 * Checking arguments.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { firstProblem } from "../data/problem.ts"
import type { Checked, RequestParts } from "./request.ts"

/** The check of an operation without arguments: nothing to check, nothing to send. */
export const noParts = (): Checked<RequestParts> => Result.succeed({})

/** Makes a check of one kind of argument. What it says of a bad one doesn't repeat it. */
export const checker = <A, E>(
  schema: Schema.Codec<A, E>,
): (input: string, value: unknown) => Checked<A> => {
  const decode = Schema.decodeUnknownResult(schema)
  return (input, value) =>
    Result.mapError(
      decode(value),
      (error) => ({ input, problem: firstProblem(error.issue).problem }),
    )
}
