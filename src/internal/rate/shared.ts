/**
 * A gate whose limit is kept elsewhere, by Effect's `RateLimiter`.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RateLimiter } from "effect/persistence/RateLimiter"
import type { Gate, SharedOptions } from "../../RateLimit.ts"
import { makeQueue } from "./gate.ts"

/** A gate that asks the store after the local one has let a request through. */
export const makeSharedGate = (
  local: Gate,
  limiter: RateLimiter,
  options: SharedOptions,
): Gate => {
  const taken = limiter.consume({
    key: options.key,
    limit: options.limit,
    window: options.window ?? "1 second",
    algorithm: options.algorithm ?? "fixed-window",
    onExceeded: "delay",
  }).pipe(
    Effect.flatMap(({ delay }) => Duration.isZero(delay) ? Effect.void : Effect.sleep(delay)),
    Effect.catch((error) =>
      Effect.logWarning("The store of the rate limit failed; the request goes without it").pipe(
        Effect.annotateLogs({ failure: error.reason._tag }),
      )
    ),
  )
  return {
    acquire: makeQueue().wait(Effect.andThen(local.acquire, taken)),
    observe: local.observe,
  }
}
