/**
 * An NP6 that fails at random, the same way for the same seed.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { Fault, Sandbox } from "../../../src/sandbox/Sandbox.ts"
import type { SandboxService } from "../../../src/sandbox/SandboxService.ts"

/** How an NP6 fails. */
export interface Weather {
  /** The share of requests that meet a fault. */
  readonly rate: number
  readonly seed: number
  /** The seconds that `Retry-After` and slow answers ask for. */
  readonly seconds: number
  /** From so many requests on, the key is refused with this status. */
  readonly revoked?: { readonly after: number; readonly status: number } | undefined
}

/** What was met. */
export interface Met {
  requests: number
  readonly faults: Map<string, number>
}

/** Nothing, yet. */
export const noneMet = (): Met => ({ requests: 0, faults: new Map() })

/** A kind of fault. */
export type Kind =
  | "refused connection"
  | "reset before the effect"
  | "reset after it"
  | "silence before the effect"
  | "silence after it"
  | "body that breaks off"
  | "body that just ends"
  | "no body at all"
  | "429 that says when"
  | "429 that doesn't"
  | "500 before the effect"
  | "500 after it"
  | "503 that says when"
  | "503 after the effect"
  | "gateway's page"
  | "wrong content type"
  | "slow answer"
  | "slow 503"

/** Each kind of fault, with and without the effect of the request, under a name for the report. */
export const kinds = (seconds: number): Readonly<Record<Kind, Fault.Fault>> => ({
  "refused connection": Fault.refuse,
  "reset before the effect": Fault.reset({ applied: false }),
  "reset after it": Fault.reset({ applied: true }),
  "silence before the effect": Fault.hang(),
  "silence after it": Fault.hang({ applied: true }),
  "body that breaks off": Fault.truncate(),
  "body that just ends": Fault.truncate({ framing: "close" }),
  "no body at all": Fault.truncate({ bytes: 0, framing: "close" }),
  "429 that says when": Fault.rateLimited({ retryAfter: seconds }),
  "429 that doesn't": Fault.rateLimited(),
  "500 before the effect": Fault.status(500),
  "500 after it": Fault.status(500, { applied: true }),
  "503 that says when": Fault.status(503, { headers: { "retry-after": String(seconds) } }),
  "503 after the effect": Fault.status(503, { applied: true }),
  "gateway's page": Fault.html(502),
  "wrong content type": Fault.contentType("text/html"),
  "slow answer": Fault.latency(seconds * 1000),
  "slow 503": Fault.latency(seconds * 1000, Fault.status(503)),
})

/** The sandbox, each of whose requests meets what `next` says. */
export const withFaults = (
  sandbox: SandboxService,
  next: () => Fault.Fault | undefined,
): SandboxService => ({
  ...sandbox,
  handle: (request) =>
    Effect.suspend(() => {
      const answer = sandbox.handle(request)
      const meet = (fault: Fault.Fault | undefined): typeof answer =>
        fault === undefined
          ? answer
          // The sandbox logs a request before such a wait: here, the log is in the order of effects.
          : fault._tag === "Latency"
          ? Effect.delay(Effect.suspend(() => meet(fault.andThen)), fault.duration)
          : Effect.andThen(sandbox.script({ fault }), answer)
      return meet(next())
    }),
})

/** The sandbox in that weather. */
export const inWeather = (weather: Weather, met: Met): Layer.Layer<Sandbox, never, Sandbox> => {
  const all = Object.entries(kinds(weather.seconds))
  return Layer.effect(
    Sandbox,
    Effect.gen(function* () {
      const random = yield* Random.Random
      return withFaults(yield* Sandbox, () => {
        met.requests += 1
        const { revoked } = weather
        if (revoked !== undefined && met.requests > revoked.after) {
          return Fault.status(revoked.status)
        }
        if (random.nextDoubleUnsafe() >= weather.rate) return undefined
        const [name, fault] = all[Math.floor(random.nextDoubleUnsafe() * all.length)] ?? []
        if (name !== undefined) met.faults.set(name, (met.faults.get(name) ?? 0) + 1)
        return fault
      })
    }).pipe(Random.withSeed(String(weather.seed))),
  )
}
