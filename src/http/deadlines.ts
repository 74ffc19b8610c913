/**
 * Deadlines of the exchanges of a layer: all have the same timeout, so one timer serves them all.
 *
 * A timer and a fiber for each would cost more than all else that a call does here.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"

/** Starts deadlines. */
export interface Deadlines {
  /** Calls `expire` once the timeout has passed on the fiber's clock, unless it is stopped before. */
  readonly start: (fiber: Fiber.Fiber<unknown, unknown>, expire: () => void) => Stop
}

/** Stops a deadline. */
export type Stop = () => void

const systemClock: Clock.Clock = Context.get(Context.empty(), Clock.Clock)

/** Deadlines of one timeout, which is above zero. */
export const makeDeadlines = (timeout: Duration.Duration): Deadlines => {
  const startSystem = onSystemClock(Duration.toMillis(timeout))
  return {
    start: (fiber, expire) => {
      const clock = fiber.getRef(Clock.Clock)
      if (clock === systemClock) return startSystem(expire)
      const asleep = Effect.runForkWith(fiber.context)(
        Effect.andThen(clock.sleep(timeout), Effect.sync(expire)),
      )
      return () => asleep.interruptUnsafe()
    },
  }
}

interface Entry {
  readonly at: number
  /** What is to be called; nothing once it was stopped. */
  expire: (() => void) | undefined
  next: Entry | undefined
}

// Beyond it, timers fire at once.
const longestTimer = 2 ** 31 - 1

const onSystemClock = (millis: number): (expire: () => void) => Stop => {
  if (millis === Infinity) return () => () => {}
  // In the order in which they are due, because the timeout is the same for all.
  let first: Entry | undefined
  let last: Entry | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const arm = (wait: number) => {
    timer = setTimeout(fire, Math.min(Math.max(Math.ceil(wait), 1), longestTimer))
  }
  const fire = () => {
    const now = performance.now()
    try {
      // What expires may stop others and start more, so the queue is looked at anew each time.
      while (first !== undefined && first.at <= now) {
        const { expire } = first
        first.expire = undefined
        first = first.next
        expire?.()
      }
    } finally {
      timer = undefined
      dropStopped()
      if (first !== undefined) arm(first.at - now)
    }
  }
  const dropStopped = () => {
    while (first !== undefined && first.expire === undefined) first = first.next
    // It stays, for the calls to come, and must not keep the process from its end.
    if (first === undefined) hold(timer, "unref")
  }
  return (expire) => {
    const entry: Entry = { at: performance.now() + millis, expire, next: undefined }
    if (first === undefined) first = entry
    else if (last !== undefined) last.next = entry
    last = entry
    if (timer === undefined) arm(millis)
    else if (first === entry) hold(timer, "ref")
    return () => {
      entry.expire = undefined
      dropStopped()
    }
  }
}

/** Says whether a timer keeps the process alive, where that can be said. */
const hold = (timer: unknown, how: "ref" | "unref"): void => {
  if (Predicate.hasProperty(timer, how) && Predicate.isFunction(timer[how])) timer[how]()
}

/** Runs an effect within a deadline; past it, the effect is interrupted and `expired` runs. */
export const within = <A, E>(
  effect: Effect.Effect<A, E>,
  deadlines: Deadlines,
  expired: () => Effect.Effect<A, E>,
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) =>
    Effect.callback<A, E>((resume) => {
      let isExpired = false
      const child = Effect.runForkWith(fiber.context)(effect)
      const stop = deadlines.start(fiber, () => {
        isExpired = true
        child.interruptUnsafe(fiber.id)
      })
      child.addObserver((exit) => {
        stop()
        resume(isExpired && Exit.hasInterrupts(exit) ? expired() : exit)
      })
      return Fiber.interrupt(child)
    })
  )
