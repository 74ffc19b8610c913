/**
 * The sandbox in some weather, and the client that meets it: in process, or over HTTP on loopback.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Sandbox } from "../../../src/sandbox/Sandbox.ts"
import { Np6, type Np6Options } from "../../../src/client/Np6.ts"
import { Targets } from "../../../src/targets/Targets.ts"
import { inWeather, type Met, type Weather } from "./randomFaults.ts"
import { seedOf } from "./trial.ts"

/** Where a trial happens. */
export interface World {
  /** As many as the trial has: the account starts with a third as many targets. */
  readonly inputs: number
  readonly weather: Weather
  /** Where requests and faults are counted. */
  readonly met: Met
  readonly options?: Partial<Np6Options>
}

const sandboxOf = ({ inputs, met, weather }: World): Layer.Layer<Sandbox> =>
  inWeather(weather, met).pipe(
    Layer.provide(Layer.orDie(Sandbox.layerWith(seedOf(inputs)))),
  )

/** In this process: no socket, and a `TestClock` drives it. */
export const inProcess = (world: World): Layer.Layer<Sandbox | Targets> =>
  Layer.unwrap(Sandbox.useSync(({ keys, url }) =>
    // The audit tells calls apart by their spans.
    Layer.provide(
      Targets.layer,
      Np6.layer({ apiKey: keys.full, baseUrl: url, propagateTrace: true, ...world.options }),
    )
  )).pipe(
    Layer.provide(Sandbox.layerClient),
    Layer.provideMerge(sandboxOf(world)),
    Layer.orDie,
  )

/** Over sockets, with `fetch`. */
export const overHttp = (world: World): Layer.Layer<Sandbox | Targets> =>
  Layer.unwrap(Effect.gen(function* () {
    const { keys } = yield* Sandbox
    const { url } = yield* Sandbox.serve()
    return Targets.layerFetch({
      apiKey: keys.full,
      baseUrl: url,
      propagateTrace: true,
      ...world.options,
    })
  })).pipe(Layer.provideMerge(sandboxOf(world)), Layer.orDie)
