/**
 * A timeout for an attempt.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

const systemClock: Clock.Clock = Context.get(Context.empty(), Clock.Clock)

// A timer beyond this fires at once.
const longestTimer = 2 ** 31 - 1

/**
 * Runs an effect for at most `timeout`; then the effect is interrupted and `expired` gives the value.
 *
 * `Effect.timeoutOrElse` forks two fibers, and the one that sleeps costs 15 to 20 µs a call. This
 * forks one and sets a timer; where the clock isn't the system's, it sleeps on that clock, so that
 * `TestClock` moves it.
 */
export const within = <A, E>(
  effect: Effect.Effect<A, E>,
  timeout: Duration.Duration,
  expired: () => A,
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) =>
    Effect.callback<A, E>((resume) => {
      let isExpired = false
      const child = Effect.runForkWith(fiber.context)(effect)
      const stop = start(fiber, timeout, () => {
        isExpired = true
        child.interruptUnsafe(fiber.id)
      })
      child.addObserver((exit) => {
        stop()
        resume(isExpired && Exit.hasInterrupts(exit) ? Effect.sync(expired) : exit)
      })
      return Fiber.interrupt(child)
    })
  )

const start = (
  fiber: Fiber.Fiber<unknown, unknown>,
  timeout: Duration.Duration,
  expire: () => void,
): () => void => {
  const clock = fiber.getRef(Clock.Clock)
  const millis = Duration.toMillis(timeout)
  if (clock !== systemClock) {
    const asleep = Effect.runForkWith(fiber.context)(
      Effect.andThen(clock.sleep(timeout), Effect.sync(expire)),
    )
    return () => asleep.interruptUnsafe()
  }
  if (millis > longestTimer) return () => {}
  const timer = setTimeout(expire, millis)
  return () => clearTimeout(timer)
}
