/**
 * What a failure says about the run that it happens in.
 *
 * @module
 */
import {
  Forbidden,
  RateLimited,
  ServerError,
  TransportError,
  Unauthorized,
  UnexpectedResponse,
} from "../client/Errors.ts"
import { isTransient } from "../client/failures.ts"
import type { StopFailure } from "./Outcome.ts"

/** Whether every further call would fail the same way: the key, its rights or the connection. */
export const isRefusal = (error: unknown): error is StopFailure =>
  error instanceof Unauthorized || error instanceof Forbidden ||
  (error instanceof UnexpectedResponse && error.reason === "Redirect")

/** Whether the same call may succeed later. */
export const isPassing = (error: unknown): error is StopFailure =>
  (error instanceof RateLimited || error instanceof ServerError ||
    error instanceof TransportError || error instanceof UnexpectedResponse) &&
  isTransient(error)
