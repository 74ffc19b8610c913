/**
 * Commands as data: what each is called, takes and does.
 *
 * @module
 */
import * as Result from "effect/Result"
import type * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import type { Account } from "../account/Account.ts"
import { suggest } from "../data/suggest.ts"
import type { Targets } from "../targets/Targets.ts"
import { type Stop, usage } from "./exit.ts"
import type { Terminal } from "./terminal.ts"

/** A flag of a command. */
export interface Flag {
  /** What stands for its value in the help; a switch has none. */
  readonly value?: string
  readonly isMultiple?: boolean
  readonly help: string
}

/** What was typed. */
export class Typed {
  readonly args: ReadonlyArray<string>
  readonly #values: Readonly<Record<string, unknown>>

  constructor(args: ReadonlyArray<string>, values: Readonly<Record<string, unknown>>) {
    this.args = args
    this.#values = values
  }

  /** Whether a switch is on. */
  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== false
  }

  /** The value of a flag. */
  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === "string" ? value : undefined
  }

  /** All values of a flag that may be given several times. */
  texts(name: string): ReadonlyArray<string> {
    const value = this.#values[name]
    return Array.isArray(value) ? value.map(String) : []
  }

  /** A whole number from 1, or a mistake. */
  count(name: string, otherwise: number): Result.Result<number, Stop> {
    const text = this.text(name)
    if (text === undefined) return Result.succeed(otherwise)
    return /^[1-9]\d{0,8}$/.test(text)
      ? Result.succeed(Number(text))
      : Result.fail(usage(`--${name} takes a whole number from 1, and got "${text}".`))
  }
}

/** What a command may use. */
export type Services = Targets | Account | Terminal

/** A command: its exit code is what its effect succeeds with. */
export interface Command {
  /** One word, or two: `segment add`. */
  readonly name: string
  readonly args: string
  readonly summary: string
  readonly flags: Readonly<Record<string, Flag>>
  /** Lines below the flags. */
  readonly notes?: string
  /** Whether it talks to NP6, with the key. */
  readonly needsKey: boolean
  // Any error: the program turns those of the library into sentences.
  readonly run: (typed: Typed) => Effect.Effect<number, { readonly message: string }, Services>
}

/** The flags of every command. */
export const globalFlags: Readonly<Record<string, Flag>> = {
  json: { help: "print one line of JSON on stdout in place of text" },
  quiet: { help: "print no progress and no notes" },
  help: { help: "print this" },
}

/** Reads what was typed for a command. */
export const parse = (
  command: Command,
  argv: ReadonlyArray<string>,
): Result.Result<Typed, Stop> => {
  const flags = { ...command.flags, ...globalFlags }
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(flags).map(([name, { isMultiple = false, value }]) => [
          name,
          {
            type: value === undefined ? "boolean" as const : "string" as const,
            multiple: isMultiple,
          },
        ]),
      ),
    })
    return Result.succeed(new Typed(positionals, values))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const unknown = /'--([\w-]+)/.exec(message)?.[1]
    const near = unknown === undefined || Object.hasOwn(flags, unknown)
      ? undefined
      : suggest(unknown, Object.keys(flags))
    const problem = unknown !== undefined && !Object.hasOwn(flags, unknown)
      ? `There is no flag --${unknown}.${near === undefined ? "" : ` Is it --${near}?`}`
      : message.split(". ")[0] ?? message
    return Result.fail(usage(`${problem}\nTry: np6 ${command.name} --help`))
  }
}

const indented = (rows: ReadonlyArray<readonly [string, string]>): string => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join("\n")
}

const flagRows = (flags: Readonly<Record<string, Flag>>) =>
  Object.entries(flags).map(([name, { help, value }]) =>
    [`--${name}${value === undefined ? "" : ` ${value}`}`, help] as const
  )

/** The help of a command. */
export const helpOf = (command: Command): string =>
  [
    `Usage: np6 ${command.name}${command.args === "" ? "" : ` ${command.args}`} [flags]`,
    "",
    command.summary,
    "",
    indented([...flagRows(command.flags), ...flagRows(globalFlags)]),
    ...command.notes === undefined ? [] : ["", command.notes],
    "",
  ].join("\n")

/** The help of the program. */
export const overview = (commands: ReadonlyArray<Command>): string =>
  [
    "np6: move contacts in and out of NP6 (MailPerformance)",
    "",
    "Usage: np6 <command> [flags]",
    "",
    indented(commands.map(({ name, summary }) => [name, summary])),
    "",
    "The key comes from NP6_API_KEY, else from the file NP6_API_KEY_FILE (which only you may read),",
    "else from the output of NP6_API_KEY_COMMAND. NP6_BASE_URL is another host than NP6's.",
    "",
    "Exit codes: 0 done, 1 unexpected, 2 usage, mapping, file or no key, 3 done with rejects, 4 key",
    "refused, 5 a guard stopped it, 6 NP6 can't be reached or the import is paused: run it again,",
    "8 differences, 130 and 143 signals.",
    "",
    "np6 <command> --help says more.",
    "",
  ].join("\n")
