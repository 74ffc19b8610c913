/**
 * Where a command writes: data on stdout, everything else on stderr.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Deferred from "effect/Deferred"
import process from "node:process"
import { createInterface } from "node:readline/promises"

/** Where a command writes, and what tells it to stop. */
export interface TerminalService {
  readonly isJson: boolean
  readonly isQuiet: boolean
  /** Whether somebody sees stderr. */
  readonly isSeen: boolean
  /** Ends at the first Ctrl+C or signal. */
  readonly stop: Deferred.Deferred<void>
  /** Data. */
  readonly out: (line: string) => void
  /** For people. */
  readonly note: (line: string) => void
  /** Rewrites the last line where somebody sees it. */
  readonly status: (line: string) => void
  /** Asks a question of somebody at a terminal; `undefined` where nobody is. */
  readonly ask: (question: string) => Promise<string | undefined>
}

const TerminalBase: Context.ServiceClass<
  Terminal,
  "@effect-np6/targets/cli/Terminal",
  TerminalService
> = Context.Service<Terminal, TerminalService>()("@effect-np6/targets/cli/Terminal")

/** The terminal, as a service. */
export class Terminal extends TerminalBase {}

/** The terminal of this process. */
export const makeTerminal = (
  { isJson, isQuiet }: { readonly isJson: boolean; readonly isQuiet: boolean },
  stop: Deferred.Deferred<void>,
): TerminalService => {
  const isSeen = process.stderr.isTTY === true && process.env["TERM"] !== "dumb" &&
    process.env["CI"] === undefined && !isQuiet
  let hasStatus = false
  const clear = (): void => {
    if (hasStatus) process.stderr.write("\r\u001b[K")
    hasStatus = false
  }
  return {
    isJson,
    isQuiet,
    isSeen,
    stop,
    out: (line) => {
      clear()
      process.stdout.write(`${line}\n`)
    },
    note: (line) => {
      if (isQuiet) return
      clear()
      process.stderr.write(`${line}\n`)
    },
    status: (line) => {
      if (!isSeen) return
      // Nothing wraps.
      const width = Math.max(20, (process.stderr.columns ?? 80) - 1)
      process.stderr.write(`\r\u001b[K${line.slice(0, width)}`)
      hasStatus = true
    },
    ask: async (question) => {
      if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined
      clear()
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await lines.question(question)
      } finally {
        lines.close()
      }
    },
  }
}

/** Rows as text in columns. */
export const columnsOf = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0))
  )
  return rows.map((row) =>
    row.map((cell, at) => at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)).join("  ")
      .trimEnd()
  ).join("\n")
}
