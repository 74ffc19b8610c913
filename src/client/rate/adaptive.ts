/**
 * The gate that requests pass: the controller, with time and a queue.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"
import type { Gate, Observation } from "../Gate.ts"
import { admit, initial, learn, type Settings, type Signal } from "./controller.ts"
import { remainingOf, resetOf } from "./headers.ts"

/** The longest sleep in one piece: an answer that comes meanwhile may have ended the wait. */
const longestSleep = 250

const nowOf = (fiber: Fiber.Fiber<unknown, unknown>): number =>
  fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()

/** A gate that follows the controller. */
export const makeGate = (settings: Settings): Effect.Effect<Gate> =>
  Effect.map(Clock.currentTimeMillis, (start) => {
    let state = initial(settings, start)
    // A call is one fiber and has one request at a time, so its fiber tells which request it was.
    const requests = new WeakMap<Fiber.Fiber<unknown, unknown>, number>()
    const tryAdmit = (fiber: Fiber.Fiber<unknown, unknown>): number => {
      const admission = admit(state, nowOf(fiber))
      state = admission.state
      requests.set(fiber, state.sent)
      return admission.wait
    }
    const admitted: Effect.Effect<void> = Effect.withFiber((fiber) => {
      const wait = tryAdmit(fiber)
      return wait === 0
        ? Effect.void
        : Effect.flatMap(Effect.sleep(Math.min(Math.ceil(wait), longestSleep)), () => admitted)
    })
    const queue = makeQueue()
    const queued = queue.wait(admitted)
    return {
      acquire: Effect.withFiber((fiber) =>
        queue.isEmpty() && tryAdmit(fiber) === 0 ? Effect.void : queued
      ),
      observe: (observation) =>
        Effect.withFiber((fiber) => {
          const now = nowOf(fiber)
          state = learn(state, now, read(observation, requests.get(fiber) ?? state.sent, now))
          return Effect.void
        }),
    }
  })

interface Queue {
  readonly isEmpty: () => boolean
  /** Runs an effect when those before it in the queue are through. */
  readonly wait: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** First come, first served: only the first waits for time to pass, the others wait for it. */
export const makeQueue = (): Queue => {
  const head = Semaphore.makeUnsafe(1)
  let waiting = 0
  return {
    isEmpty: () => waiting === 0,
    wait: (effect) => {
      const served = head.withPermit(effect)
      return Effect.uninterruptibleMask((restore) => {
        waiting += 1
        return Effect.ensuring(
          restore(served),
          Effect.sync(() => {
            waiting -= 1
          }),
        )
      })
    },
  }
}

const read = (
  { headers, retryAfter, status }: Observation,
  request: number,
  now: number,
): Signal => {
  const isThrottled = status === 429
  const isFailed = status === undefined || status >= 500
  const reset = isThrottled ? resetOf(headers, now) : undefined
  return {
    kind: isThrottled ? "throttled" : isFailed ? "failed" : "answered",
    request,
    wait: retryAfter === undefined ? reset : Duration.toMillis(retryAfter),
    remaining: remainingOf(headers),
  }
}
