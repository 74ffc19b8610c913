/** Programs that run in a process of their own, on the runtime of the tests. */
import { Effect, type Scope } from "effect"
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../", import.meta.url))

/** A file of the project, from its path. */
export const fileOf = (path: string): string => root + path

const isDeno = "deno" in process.versions

export interface ProgramOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  readonly process: ChildProcessWithoutNullStreams
  /** The next line of its standard output; undefined after the last. */
  readonly line: Effect.Effect<string | undefined>
  /** How it ended, with all that it wrote, once it has. */
  readonly ended: Effect.Effect<Ended>
}

/** Starts a program of the project, which ends with the scope at the latest. */
export const start = (
  path: string,
  args: ReadonlyArray<string>,
  { cwd = root, env = {} }: ProgramOptions = {},
): Effect.Effect<Program, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const runtime = isDeno
        ? ["run", "-A"]
        : ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"]
      const child = spawn(process.execPath, [...runtime, fileOf(path), ...args], {
        cwd,
        env: { ...process.env, NO_COLOR: "1", ...env },
      })
      const written = { stdout: "", stderr: "" }
      child.stdout.on("data", (text) => written.stdout += text)
      child.stderr.on("data", (text) => written.stderr += text)
      child.stdin.on("error", () => {})
      const ended = new Promise<Ended>((resolve) =>
        child.once("close", (code, signal) => resolve({ code, signal, ...written }))
      )
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      return {
        process: child,
        line: Effect.promise(async () => {
          const { done, value } = await lines.next()
          return done === true ? undefined : value
        }),
        ended: Effect.promise(() => ended),
      }
    }),
    ({ ended, process }) =>
      Effect.suspend(() => {
        process.kill("SIGKILL")
        return ended
      }),
  )
