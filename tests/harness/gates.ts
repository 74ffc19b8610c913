/** Requests at the gate of a rate limit, without a network. */
import type { RateLimit } from "@effect-np6/targets"
import { Clock, Effect, type Fiber, type Scope } from "effect"

/** The gate of a rate limit that is made well. */
export const gateOf = (
  rateLimit: RateLimit.RateLimit,
): Effect.Effect<RateLimit.Gate, never, Scope.Scope> => Effect.orDie(rateLimit.make)

/** A request of a call of its own. */
export const bulk = (): RateLimit.GateRequest => ({ call: {}, isBulk: true, maxWait: undefined })

export const single = (maxWait?: RateLimit.GateRequest["maxWait"]): RateLimit.GateRequest => ({
  call: {},
  isBulk: false,
  maxWait,
})

/** A response, or none, without headers that a gate reads. */
export const outcome = (status: number | undefined): RateLimit.Observation => ({
  status,
  retryAfter: undefined,
  headers: {},
})

/** A request that passes and has an outcome at once. */
export const request = (
  gate: RateLimit.Gate,
  observation: RateLimit.Observation,
  asked: RateLimit.GateRequest = bulk(),
): Effect.Effect<void, RateLimit.Overdue> =>
  Effect.flatMap(gate.acquire(asked), (report) => report(observation))

/** Has ten requests of ten calls fail. */
export const outage = (
  gate: RateLimit.Gate,
  observation: RateLimit.Observation = outcome(503),
): Effect.Effect<void, RateLimit.Overdue> =>
  Effect.repeat(Effect.suspend(() => request(gate, observation, single())), { times: 9 })

/** Requests that wait at a gate, and the time when each passed. */
export interface Waiting {
  readonly passed: Array<string>
  readonly fibers: Map<string, Fiber.Fiber<void, RateLimit.Overdue>>
}

/** Forks a request for each name. */
export const wait = Effect.fnUntraced(function* (
  gate: RateLimit.Gate,
  names: ReadonlyArray<string>,
  asked: () => RateLimit.GateRequest = bulk,
): Effect.fn.Return<Waiting> {
  const passed: Array<string> = []
  const fibers = new Map<string, Fiber.Fiber<void, RateLimit.Overdue>>()
  for (const name of names) {
    const passes = Effect.gen(function* () {
      yield* gate.acquire(asked())
      passed.push(`${name} ${yield* Clock.currentTimeMillis}`)
    })
    fibers.set(name, yield* Effect.forkChild(passes, { startImmediately: true }))
  }
  return { passed, fibers }
})
