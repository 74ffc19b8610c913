/**
 * Serves the sandbox until it is interrupted: `deno task sandbox --help`.
 *
 * Needs the permissions to listen, to read the seed if there is one, and to read `INIT_CWD`, where
 * `deno task` says from which folder it was started.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { type InvalidSeed, Sandbox } from "../src/sandbox/Sandbox.ts"
import { serveOnTerminal, type TerminalOptions } from "../src/sandbox/terminal.ts"

const usage = `Usage: deno task sandbox [options]

An NP6 in memory, over HTTP, for development and tests in any language. It listens on loopback.

  --port <number>      the port; a free one when left out
  --seed <file.json>   the account to start from: its fields, segments and targets
  --host <address>     the address to listen on, such as 0.0.0.0; then others can connect
  --allow-host <name>  a host name under which the control routes and the page may be reached, such
                       as the service's in a compose file; may be given several times
  --json               print {"url", "key", "readOnlyKey"} on one line, and nothing after it
  --quiet              print no line for each request
  --verbose            show the values in requests, which are hidden otherwise
  --exit-with-stdin    end when the standard input does: with the program that started it
  --help               print this

While it runs: a page for people at /_sandbox/, the log at /_sandbox/requests, faults to order at
/_sandbox/faults or in the header x-sandbox-fault of a request.
`

/** What ends the program before it serves, in words for whoever started it. */
class Stop extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

const readArguments = (args: ReadonlyArray<string>) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string" },
      seed: { type: "string" },
      host: { type: "string" },
      "allow-host": { type: "string", multiple: true },
      json: { type: "boolean" },
      quiet: { type: "boolean" },
      verbose: { type: "boolean" },
      "exit-with-stdin": { type: "boolean" },
      help: { type: "boolean" },
    },
  })
  const port = values.port ?? "0"
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    throw new Error("--port is a number from 0, which picks a free one, to 65535.")
  }
  const quieter = [values.json, values.quiet, values.verbose].filter((one) => one === true)
  if (quieter.length > 1) throw new Error("--json, --quiet and --verbose exclude one another.")
  return { ...values, port: Number(port) }
}

type Arguments = ReturnType<typeof readArguments>

const showsOf = ({ json, quiet, verbose }: Arguments): TerminalOptions["shows"] =>
  json === true ? "json" : quiet === true ? "address" : verbose === true ? "values" : "requests"

/** The sandbox from a seed file, whose relative path is that of whoever ran the task. */
const fromFile = (path: string): Effect.Effect<Layer.Layer<Sandbox, InvalidSeed>, Stop> =>
  Effect.tryPromise({
    try: () => readFile(resolve(process.env["INIT_CWD"] ?? "", path), "utf8"),
    catch: (error) => new Stop(`Cannot read the seed: ${messageOf(error)}`, 1),
  }).pipe(Effect.map(Sandbox.layerJson))

const main = Effect.gen(function* () {
  const options = yield* Effect.try({
    try: () => readArguments(process.argv.slice(2)),
    catch: (error) => new Stop(`${messageOf(error)}\nTry: deno task sandbox --help`, 2),
  })
  if (options.help === true) return void process.stdout.write(usage)
  if (options["exit-with-stdin"] === true) {
    for (const event of ["end", "error"]) process.stdin.once(event, stop)
    process.stdin.resume()
  }
  const { host, seed } = options
  const layer = seed === undefined ? Sandbox.layer : yield* fromFile(seed)
  const served = serveOnTerminal({
    port: options.port,
    ...(host === undefined ? {} : { hostname: host }),
    allowHosts: options["allow-host"] ?? [],
    shows: showsOf(options),
    isDefault: seed === undefined,
    write: (text) => process.stdout.write(text),
  })
  return yield* Effect.scoped(served).pipe(
    Effect.provide(layer),
    Effect.mapError((error) =>
      new Stop(error._tag === "InvalidSeed" ? `${seed}: ${error.message}` : error.message, 1)
    ),
  )
})

const fiber = Effect.runFork(main)
// The program that reads the lines may be gone before this one.
process.stdout.on("error", () => {})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop)
fiber.addObserver((exit) => {
  if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) process.exit(0)
  const error = Cause.squash(exit.cause)
  process.stderr.write(`${error instanceof Stop ? error.message : Cause.pretty(exit.cause)}\n`)
  process.exit(error instanceof Stop ? error.exitCode : 1)
})

function stop(): void {
  fiber.interruptUnsafe()
}
