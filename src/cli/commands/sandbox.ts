/**
 * `np6 sandbox`: an NP6 in memory, over HTTP.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import process from "node:process"
import { Sandbox } from "../../sandbox/Sandbox.ts"
import { serveOnTerminal } from "../../sandbox/terminal.ts"
import type { Command } from "../command.ts"
import { exitCodes, usage } from "../exit.ts"
import { Terminal } from "../terminal.ts"

const sandbox: Command = {
  name: "sandbox",
  args: "",
  summary: "Serves an NP6 in memory, for development and tests in any language.",
  flags: {
    port: { value: "N", help: "the port; a free one when left out" },
    seed: { value: "FILE", help: "the account to start from: its fields, segments and targets" },
    host: { value: "ADDRESS", help: "the address to listen on; loopback when left out" },
    "allow-host": {
      value: "NAME",
      isMultiple: true,
      help: "a name that the page may be reached by",
    },
    verbose: { help: "show the values in requests, which are hidden otherwise" },
    "exit-with-stdin": { help: "end when the standard input does" },
  },
  notes:
    "While it runs: a page for people at /_sandbox/, the log at /_sandbox/requests, faults to order\n" +
    "at /_sandbox/faults or in the header x-sandbox-fault of a request.",
  needsKey: false,
  run: (typed) =>
    Effect.gen(function* () {
      const { isJson, isQuiet, stop } = yield* Terminal
      const port = typed.text("port") ?? "0"
      if (!/^\d+$/.test(port) || Number(port) > 65_535) {
        return yield* Effect.fail(
          usage("--port is a number from 0, which picks a free one, to 65535."),
        )
      }
      const seed = typed.text("seed")
      const text = seed === undefined ? undefined : yield* Effect.tryPromise({
        try: () => readFile(resolve(process.env["INIT_CWD"] ?? "", seed), "utf8"),
        catch: () => usage(`The seed can't be read: ${seed}`),
      })
      if (typed.has("exit-with-stdin")) {
        const end = () => Deferred.doneUnsafe(stop, Effect.void)
        process.stdin.once("end", end).once("error", end).resume()
      }
      const host = typed.text("host")
      const served = serveOnTerminal({
        port: Number(port),
        ...host === undefined ? {} : { hostname: host },
        allowHosts: typed.texts("allow-host"),
        shows: isJson ? "json" : isQuiet ? "address" : typed.has("verbose") ? "values" : "requests",
        isDefault: text === undefined,
        write: (line) => void process.stdout.write(line),
      })
      yield* Effect.raceFirst(Effect.scoped(served), Deferred.await(stop)).pipe(
        Effect.provide(text === undefined ? Sandbox.layer : Sandbox.layerJson(text)),
      )
      return exitCodes.done
    }),
}

/** `sandbox`. */
export const sandboxCommands: ReadonlyArray<Command> = [sandbox]
