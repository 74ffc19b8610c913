/**
 * A program for a browser: an upsert and a get, against a sandbox that is in the bundle with it.
 *
 * @module
 */
import { Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"

const address = "jane+tests@example.com"

const program = Effect.gen(function* () {
  const targets = yield* Targets
  const { id } = yield* targets.upsert(address, { 8103: address })
  const found = yield* targets.get(id)
  return found.fields["8103"] === address ? "ok" : "another target came back"
}).pipe(Effect.provide(Sandbox.layerTargets()))

Effect.runPromise(program).then(console.log)
