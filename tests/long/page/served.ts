/**
 * A sandbox that is served to a browser.
 *
 * @module
 */
import { Sandbox, type SandboxSeed, type SandboxService } from "@effect-np6/targets/sandbox"
import { Effect, Exit, Scope } from "effect"

/** A sandbox that listens on loopback. */
export interface Served {
  readonly url: string
  readonly sandbox: SandboxService
  /** Sends a request of NP6's API, with the full key unless it has another. */
  readonly send: (method: string, path: string, options?: SendOptions) => Promise<Response>
  /** Stops listening. */
  readonly stop: () => Promise<void>
  /** Listens again, on the same port. */
  readonly listen: () => Promise<void>
}

export interface SendOptions {
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Serves a seed while something is done with it. */
export const serving = (
  seed: SandboxSeed,
  use: (served: Served) => Promise<void>,
): Promise<void> =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    let scope = yield* Scope.make()
    const listen = (port: number) =>
      Sandbox.serve({ port }).pipe(
        Scope.provide(scope),
        Effect.provideService(Sandbox, sandbox),
      )
    const { port, url } = yield* listen(0)
    const stop = () => Effect.runPromise(Scope.close(scope, Exit.void))
    yield* Effect.promise(() =>
      use({
        url,
        sandbox,
        send: (method, path, { headers = {}, json, ...options } = {}) =>
          fetch(url + path, {
            ...options,
            method,
            headers: {
              "x-key": "sandbox-full-key",
              ...(json === undefined ? {} : { "content-type": "application/json" }),
              ...headers,
            },
            ...(json === undefined ? {} : { body: JSON.stringify(json) }),
          }),
        stop,
        listen: async () => {
          scope = await Effect.runPromise(Scope.make())
          await Effect.runPromise(listen(port))
        },
      })
    ).pipe(Effect.ensuring(Effect.promise(stop)))
  }).pipe(Effect.provide(Sandbox.layerWith(seed)), Effect.runPromise)
