/**
 * A consumer of the package: an upsert and a get, in process and over HTTP, with every error that
 * the types name handled by name.
 *
 * @module
 */
import { Np6, Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const address = "jane+tests@example.com"

/** Writes a target and reads it. Its type says that no failure is left. */
const roundTrip: Effect.Effect<string, never, Targets> = Effect.gen(function* () {
  const targets = yield* Targets
  const { id } = yield* targets.upsert(address, { 8101: "Mr", 8103: address })
  const found = yield* targets.get(id)
  return found.fields["8103"] === address ? "ok" : "another target came back"
}).pipe(
  Effect.catchTags({
    Unauthorized: (error) => Effect.succeed(error.message),
    Forbidden: (error) => Effect.succeed(error.message),
    NotFound: (error) => Effect.succeed(error.message),
    InvalidInput: (error) => Effect.succeed(error.message),
    BadRequest: (error) => Effect.succeed(error.message),
    RateLimited: (error) => Effect.succeed(error.message),
    ServerError: (error) => Effect.succeed(error.message),
    UnexpectedResponse: (error) => Effect.succeed(error.message),
    TransportError: (error) => Effect.succeed(error.message),
  }),
)

const inProcess = Layer.unwrap(
  Effect.map(
    Sandbox,
    ({ keys, url }) => Layer.provide(Targets.layer, Np6.layer({ apiKey: keys.full, baseUrl: url })),
  ),
).pipe(Layer.provide(Sandbox.layerClient))

const overHttp = Layer.unwrap(
  Effect.gen(function* () {
    const { keys } = yield* Sandbox
    const { url } = yield* Sandbox.serve()
    return Targets.layerFetch({ apiKey: keys.full, baseUrl: url })
  }),
)

const main = Effect.gen(function* () {
  const results = [
    yield* Effect.provide(roundTrip, inProcess),
    yield* Effect.provide(roundTrip, overHttp),
  ]
  if (results.some((result) => result !== "ok")) {
    return yield* Effect.die(new Error(results.join("; ")))
  }
  console.log("in process and over HTTP: ok")
}).pipe(Effect.provide(Sandbox.layer))

await Effect.runPromise(main)
