/**
 * A consumer that is given nothing but the network: an upsert and a get at the URL and with the key
 * of the command line.
 *
 * @module
 */
import { Targets } from "@effect-np6/targets"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const [baseUrl = "", key = ""] = Deno.args
const address = "jane+loopback@example.com"

const program = Effect.gen(function* () {
  const targets = yield* Targets
  const { id } = yield* targets.upsert(address, { 8103: address })
  return (yield* targets.get(id)).fields["8103"]
}).pipe(Effect.provide(Targets.layerFetch({ apiKey: Redacted.make(key), baseUrl })))

console.log(await Effect.runPromise(program) === address ? "ok" : "another target came back")
