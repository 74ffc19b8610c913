/**
 * The program whose bundle is measured: it calls one endpoint.
 *
 * @module
 */
import { Targets } from "@effect-np6/targets"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const program = Effect.gen(function* () {
  const targets = yield* Targets
  return yield* targets.get("000MLGPR")
}).pipe(Effect.provide(Targets.layerFetch({ apiKey: Redacted.make("key") })))

Effect.runPromise(program).then(console.log)
