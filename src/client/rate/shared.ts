/**
 * A gate whose limit is kept elsewhere, by Effect's `RateLimiter`.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RateLimiter, RateLimiterError } from "effect/persistence/RateLimiter"
import type { SharedOptions } from "../Gate.ts"
import type { Gate } from "../Gate.ts"
import { makeQueue } from "./adaptive.ts"

/** A gate that asks the store after the local one has let a request through. */
export const makeSharedGate = (
  local: Gate,
  limiter: RateLimiter,
  options: SharedOptions,
): Gate => {
  let isDown = false
  const reached = ({ delay }: { readonly delay: Duration.Duration }): Effect.Effect<void> => {
    isDown = false
    return Duration.isZero(delay) ? Effect.void : Effect.sleep(delay)
  }
  const failed = (error: RateLimiterError): Effect.Effect<void> => {
    if (isDown) return Effect.void
    isDown = true
    return Effect.logWarning("The store of the rate limit fails; requests go on without it").pipe(
      Effect.annotateLogs({ failure: error.reason._tag }),
    )
  }
  const taken = limiter.consume({
    key: options.key,
    limit: options.limit,
    window: options.window ?? "1 second",
    algorithm: options.algorithm,
    onExceeded: "delay",
  })
  return {
    acquire: makeQueue().wait(
      Effect.andThen(
        local.acquire,
        Effect.matchEffect(taken, { onSuccess: reached, onFailure: failed }),
      ),
    ),
    observe: local.observe,
  }
}
