/**
 * What the requests of a scope wait for, right before they are sent.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/**
 * Runs before each request of a scope, behind the rate limit and retries included. An import that
 * several machines work on holds back the requests of a chunk that may be another machine's by now.
 */
export const CurrentFence: Context.Reference<Effect.Effect<void> | undefined> = Context.Reference(
  "@effect-np6/targets/CurrentFence",
  { defaultValue: (): Effect.Effect<void> | undefined => undefined },
)
