/**
 * How a call ended, and what it left behind, as far as cells and runtimes compare them.
 *
 * Nothing here may need more than a Worker has.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type { SandboxTarget } from "../../../src/sandbox/SandboxService.ts"
import type { Failure } from "./operations.ts"

/** How a call ended: a value, or one typed error; `undefined` beside a defect or an interruption. */
export interface Ended<A> {
  /** `value`, the error's tag and reason, or what else there was. */
  readonly outcome: string
  readonly value: A | undefined
  readonly error: Failure | undefined
}

/** A call must end in one value or one typed error. */
export const endedOf = <A>(exit: Exit.Exit<A, Failure>): Ended<A> => {
  if (Exit.isSuccess(exit)) return { outcome: "value", value: exit.value, error: undefined }
  const [reason, ...others] = exit.cause.reasons
  if (reason === undefined || others.length > 0 || !Cause.isFailReason(reason)) {
    return { outcome: Cause.pretty(exit.cause), value: undefined, error: undefined }
  }
  const { error } = reason
  const outcome = "reason" in error ? `${error._tag}/${error.reason}` : error._tag
  return { outcome, value: undefined, error }
}

/** What of an account must stay as it was: the dates follow the machine's clock. */
export const told = (targets: ReadonlyArray<SandboxTarget>): string =>
  JSON.stringify(targets.map(({ fields, id, segments }) => ({ id, fields, segments })))
