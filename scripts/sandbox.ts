/**
 * Serves the sandbox on loopback until it is interrupted.
 *
 *     deno task sandbox [--port <number>] [--seed <file.json>]
 *
 * Needs the permission to listen, and to read the seed if there is one.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { readFile } from "node:fs/promises"
import process from "node:process"
import { parseArgs } from "node:util"
import { Sandbox, type SandboxSeed } from "../src/sandbox/Sandbox.ts"
import { readSeed } from "../src/sandbox/seedText.ts"

const usage = "Usage: deno task sandbox [--port <number>] [--seed <file.json>]"

/** What ends the program before it serves, in words for whoever started it. */
class Stop extends Error {}

const reason = (error: unknown): string => error instanceof Error ? error.message : String(error)

interface Arguments {
  readonly port: number
  readonly seed: string | undefined
}

const readArguments: Effect.Effect<Arguments, Stop> = Effect.try({
  try: () => {
    const { values } = parseArgs({
      options: { port: { type: "string" }, seed: { type: "string" } },
    })
    const port = Number(values.port ?? 0)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new Stop("--port is a number from 0, which picks a free one, to 65535.")
    }
    return { port, seed: values.seed }
  },
  catch: (error) => new Stop(`${reason(error)}\n${usage}`),
})

const readSeedFile = (path: string): Effect.Effect<SandboxSeed, Stop> =>
  Effect.gen(function* () {
    const json = yield* Effect.tryPromise({
      try: () => readFile(path, "utf8"),
      catch: (error) => new Stop(`Cannot read the seed: ${reason(error)}`),
    })
    return yield* Effect.mapError(
      Effect.fromResult(readSeed(json)),
      ({ message }) => new Stop(`${path}: ${message}`),
    )
  })

const serve = (port: number, isDefault: boolean) =>
  Effect.gen(function* () {
    const { keys } = yield* Sandbox
    const { url } = yield* Sandbox.serve({ port })
    const key = Redacted.value(keys.full)
    const body = isDefault
      ? ` -H 'Content-Type: application/json' -d '{"8103":"jane@example.com"}'`
      : ""
    console.log(`An embedded NP6 is listening on ${url}

  API key   ${key}
  Read-only ${Redacted.value(keys.readOnly)}

  curl -i -H 'X-Key: ${key}'${body} ${url}/targets

Stop it with Ctrl+C.`)
    return yield* Effect.never
  })

const main = Effect.gen(function* () {
  const { port, seed } = yield* readArguments
  const layer = seed === undefined ? Sandbox.layer : Sandbox.layerWith(yield* readSeedFile(seed))
  return yield* Effect.provide(Effect.scoped(serve(port, seed === undefined)), layer)
})

const fiber = Effect.runFork(Effect.catch(main, (error) =>
  Effect.sync(() => {
    console.error(error.message)
    process.exitCode = 1
  })))
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => fiber.interruptUnsafe())
}
