/**
 * What to do about an error.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import type { Operation } from "../data/Operation.ts"
import { setupOf } from "../http/failure.ts"

/** The fields that the errors have between them. */
export interface Described {
  readonly _tag: string
  readonly operation: Operation
  readonly applied: "no" | "unknown"
  readonly attempts: number
  readonly status?: number
  readonly requestId?: string
  readonly detail: string
  readonly reason?: string
  readonly input?: string
  readonly problem?: string
  readonly retryAfter?: Duration.Duration
  readonly delivered?: number
}

/**
 * What to do about a failed call, so that a loop over many needs one `switch`:
 *
 * - `"fix"`: change this input; the same one will fail again
 * - `"retry"`: send the same input again later
 * - `"verify"`: look first; the call may have been applied, and to repeat it may do it twice
 * - `"setup"`: stop; the key, its rights, the base URL or the network are wrong for every call. Send
 *   the input again when that is mended; look first at a `create` whose `applied` is `"unknown"`
 * - `"none"`: nothing; what was asked for is already so
 */
export type Remedy = "fix" | "retry" | "verify" | "setup" | "none"

// Not idempotent.
const unrepeatable = new Set(["targets.create"])

/** Statuses that a gateway gives in passing, whoever wrote the body. */
export const isPassing = (status: number | undefined): boolean =>
  status !== undefined && (status === 408 || status === 429 || status >= 500 && status < 600)

const isSetup = ({ _tag, detail, operation, reason, status }: Described): boolean => {
  switch (_tag) {
    case "Unauthorized":
    case "Forbidden":
      return true
    case "InvalidInput":
      return operation === "np6.layer"
    case "UnexpectedResponse":
      return reason !== "Body" && reason !== "TooLarge" && !isPassing(status)
    case "TransportError":
      return setupOf(detail) !== undefined
    default:
      return false
  }
}

const isFixable = ({ _tag, reason }: Described): boolean =>
  ["InvalidInput", "BadRequest", "NotFound", "Conflict"].includes(_tag) || reason === "TooLarge"

/** Whether to repeat the call may do it twice. */
export const isUnsafeToRepeat = ({ applied, operation }: Described): boolean =>
  applied === "unknown" && unrepeatable.has(operation)

/** What to do about an error, by its fields alone. */
export const remedyOf = (error: Described): Remedy => {
  if (error.reason === "AlreadyInSegment") return "none"
  if (isSetup(error)) return "setup"
  if (isUnsafeToRepeat(error)) return "verify"
  return isFixable(error) ? "fix" : "retry"
}
