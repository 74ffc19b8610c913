/**
 * The program as a Worker: each request to it makes calls until the referee has no more.
 *
 * @module
 */
import { RetryPolicy, Targets } from "@effect-np6/targets"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { obeyAll } from "./program.ts"

/** One layer for all requests, as a module of a Worker keeps it. */
let shared: ManagedRuntime.ManagedRuntime<Targets, unknown> | undefined

const get = async (url: string, key: string): Promise<string> => {
  shared ??= ManagedRuntime.make(
    Targets.layerFetch({
      apiKey: Redacted.make(key),
      baseUrl: url,
      timeout: "300 millis",
      retry: RetryPolicy.none,
    }),
  )
  return await shared.runPromise(
    Effect.gen(function* () {
      const targets = yield* Targets
      return yield* targets.get("000J0E00").pipe(
        Effect.as("value"),
        Effect.catch((error) =>
          Effect.succeed("reason" in error ? `${error._tag}/${error.reason}` : error._tag)
        ),
      )
    }),
  )
}

export default {
  fetch: async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url)
    const of = (name: string): string => searchParams.get(name) ?? ""
    return new Response(
      pathname === "/get" ? await get(of("url"), of("key")) : `${await obeyAll(of("referee"))}`,
    )
  },
}
