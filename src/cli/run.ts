/**
 * One run of the command line: what was typed, to an exit code.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import process from "node:process"
import { Account } from "../account/Account.ts"
import { Np6 } from "../client/Np6.ts"
import { suggest } from "../data/suggest.ts"
import { version } from "../http/version.ts"
import { Targets } from "../targets/Targets.ts"
import { type Command, helpOf, overview, parse, type Typed } from "./command.ts"
import { accountCommands } from "./commands/account.ts"
import { contactCommands } from "./commands/contacts.ts"
import { importCommands } from "./commands/import.ts"
import { sandboxCommands } from "./commands/sandbox.ts"
import { exitCodes, Stop } from "./exit.ts"
import { readKey } from "./key.ts"
import { makeTerminal, Terminal } from "./terminal.ts"

const commands: ReadonlyArray<Command> = [
  ...importCommands,
  ...contactCommands,
  ...accountCommands,
  ...sandboxCommands,
]

const find = (argv: ReadonlyArray<string>): Command | undefined =>
  commands.find(({ name }) => name === argv.slice(0, name.split(" ").length).join(" "))

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Without a key: for commands that send nothing. */
const nobody = Redacted.make("none")

const servicesOf = ({ needsKey }: Command) =>
  Layer.unwrap(Effect.map(needsKey ? readKey : Effect.succeed(nobody), (apiKey) => {
    const baseUrl = process.env["NP6_BASE_URL"]
    return Layer.mergeAll(Targets.layer, Account.layer).pipe(
      Layer.provide(Np6.layerFetch({
        apiKey,
        ...baseUrl === undefined || baseUrl === "" ? {} : { baseUrl },
      })),
    )
  }))

const codes: Readonly<Record<string, number>> = {
  Unauthorized: exitCodes.refused,
  Forbidden: exitCodes.refused,
  RateLimited: exitCodes.again,
  ServerError: exitCodes.again,
  TransportError: exitCodes.again,
  UnexpectedResponse: exitCodes.again,
  ImportError: exitCodes.usage,
  InvalidInput: exitCodes.usage,
  InvalidSeed: exitCodes.usage,
  SandboxListenError: exitCodes.usage,
  UnknownName: exitCodes.usage,
  AmbiguousName: exitCodes.usage,
}

/** What is said of an error, and how the program ends with it. */
const sayFailure = (error: unknown): readonly [message: string, exitCode: number] => {
  if (error instanceof Stop) return [error.message, error.exitCode]
  const tag = Predicate.hasProperty(error, "_tag") ? String(error._tag) : ""
  const message = error instanceof Error ? error.message : String(error)
  return [
    message.replace("`apiKey` (NP6_API_KEY in the environment)", "NP6_API_KEY"),
    codes[tag] ?? 1,
  ]
}

const runCommand = (command: Command, typed: Typed): Effect.Effect<number> =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    let signalled: number | undefined
    for (const [signal, code] of Object.entries(signals)) {
      process.on(signal, () => {
        if (signalled !== undefined) process.exit(code)
        signalled = code
        if (command.name === "import") {
          process.stderr.write("\nStopping: finishing what is under way (again to leave now)\n")
        }
        Deferred.doneUnsafe(stop, Effect.void)
      })
    }
    const terminal = makeTerminal({ isJson: typed.has("json"), isQuiet: typed.has("quiet") }, stop)
    const exit = yield* Effect.exit(
      command.run(typed).pipe(
        Effect.provide(Layer.mergeAll(servicesOf(command), Layer.succeed(Terminal, terminal))),
      ),
    )
    if (Exit.isSuccess(exit)) return signalled ?? exit.value
    const failure = Cause.findErrorOption(exit.cause)
    const [message, code] = Option.isSome(failure)
      ? sayFailure(failure.value)
      : [`This is a bug of np6: ${String(Cause.squash(exit.cause))}`, exitCodes.unexpected]
    process.stderr.write(`np6: ${message}\n`)
    return signalled ?? code
  }).pipe(Effect.provide(Logger.layer([])))

/** Runs the command that was typed. */
export const runCli = async (argv: ReadonlyArray<string>): Promise<number> => {
  const [first] = argv
  // The program that reads the lines may end before this one, as `head` does.
  process.stdout.on("error", () => process.exit(0))
  if (first === undefined || first === "--help" || first === "help") {
    process.stdout.write(overview(commands))
    return first === undefined ? exitCodes.usage : exitCodes.done
  }
  if (first === "--version") {
    process.stdout.write(`${version}\n`)
    return exitCodes.done
  }
  const command = find(argv)
  if (command === undefined) {
    const names = commands.map(({ name }) => name)
    const two = names.filter((name) => name.startsWith(`${first} `))
    const near = suggest(first, names)
    const hint = two.length > 0
      ? `Say which: ${two.join(", ")}.`
      : `There is no command "${first}".${near === undefined ? "" : ` Is it "${near}"?`}`
    process.stderr.write(`np6: ${hint}\nTry: np6 --help\n`)
    return exitCodes.usage
  }
  const rest = argv.slice(command.name.split(" ").length)
  const typed = parse(command, rest)
  if (Result.isFailure(typed)) {
    process.stderr.write(`np6: ${typed.failure.message}\n`)
    return typed.failure.exitCode
  }
  if (typed.success.has("help")) {
    process.stdout.write(helpOf(command))
    return exitCodes.done
  }
  return await Effect.runPromise(runCommand(command, typed.success))
}
