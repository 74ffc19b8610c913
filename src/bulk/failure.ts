/**
 * What a failure says about the run that it happens in.
 *
 * @module
 */
import {
  BadRequest,
  type CommonFailure,
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  RateLimited,
  ServerError,
  TransportError,
  Unauthorized,
  UnexpectedResponse,
} from "../client/Errors.ts"
import { isTransient } from "../client/failures.ts"

// By class, because the error of a callback may have the tag of one of ours.
const isCommon = (error: unknown): error is CommonFailure =>
  error instanceof Unauthorized || error instanceof Forbidden || error instanceof InvalidInput ||
  error instanceof BadRequest || error instanceof RateLimited || error instanceof ServerError ||
  error instanceof UnexpectedResponse || error instanceof TransportError

/** Whether every further call would fail the same way: the key, its rights or the connection. */
export const isRefusal = (error: unknown): error is CommonFailure =>
  isCommon(error) && error.remedy === "setup"

/** Whether NP6 looked at the request, so that the key and the connection are accepted. */
export const isAcceptance = (error: unknown): boolean =>
  error instanceof BadRequest || error instanceof NotFound || error instanceof Conflict

/** Whether the same call may succeed later. */
export const isTemporary = (error: unknown): error is CommonFailure =>
  (error instanceof RateLimited || error instanceof ServerError ||
    error instanceof TransportError || error instanceof UnexpectedResponse) &&
  isTransient(error)
