/** Programs of users as processes of the runtime that runs the tests. */
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Deferred, Effect, Redacted, type Scope } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = new URL("../../", import.meta.url)

export const isDeno = process.versions.deno !== undefined

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

/** Node runs programs in TypeScript from 22.18 on. */
export const runsPrograms: boolean = isDeno || major > 22 || (major === 22 && minor >= 18)

/** `node:sqlite`, over which imports run on one machine. Node 20 lacks it. */
export const hasSqlite: boolean = process.getBuiltinModule?.("node:sqlite") !== undefined

/** How long a test of processes may take, in milliseconds: they share a machine with other work. */
export const patience = 180_000

/** What a user's project has installed: `effect`, and this library by its published names. */
const entries = {
  ".": "mod.ts",
  "./sandbox": "src/sandbox/Sandbox.ts",
  "./import": "src/import/mod.ts",
}

/** A project of a user, in a directory that is removed with the scope. */
export const makeProject: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(async () => {
    const path = await mkdtemp(join(tmpdir(), "np6-project-"))
    const library = join(path, "node_modules", "@effect-np6", "targets")
    await mkdir(library, { recursive: true })
    const effect = fileURLToPath(new URL("node_modules/effect", root))
    await symlink(effect, join(path, "node_modules", "effect"), "junction")
    const exports: Record<string, string> = {}
    for (const [at, [name, file]] of Object.entries(entries).entries()) {
      exports[name] = `./${at}.mjs`
      await writeFile(join(library, `${at}.mjs`), `export * from "${new URL(file, root)}"\n`)
    }
    await writeFile(join(library, "package.json"), JSON.stringify({ type: "module", exports }))
    return path
  }),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true })),
)

/** Copies a program of `examples/` into a project. */
export const copyExample = (project: string, name: string): Effect.Effect<void> =>
  Effect.promise(() => cp(new URL(`examples/${name}`, root), join(project, name)))

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  /** Both of its streams, in the order in which they came. */
  readonly output: string
}

/** A process under way. */
export interface Running {
  readonly ended: Effect.Effect<Ended>
  readonly kill: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => Effect.Effect<void>
}

export interface ProgramOptions {
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  /** What Deno does with it. Default: `"run"`. */
  readonly command?: "run" | "test"
  /** What Deno allows. */
  readonly allow?: ReadonlyArray<string>
  /** A name that leads to 127.0.0.1, where {@link namesHosts}. */
  readonly host?: string
}

/** Whether a process can have names of hosts of its own: Linux, with user namespaces allowed. */
export const namesHosts: boolean = process.platform === "linux" &&
  spawnSync("unshare", ["-rm", "true"]).status === 0

/** The command of a process for which a name leads to 127.0.0.1, as in a container network. */
const withHost = (
  host: string | undefined,
  command: ReadonlyArray<string>,
): readonly [string, ReadonlyArray<string>] => {
  if (host === undefined) return [command[0] ?? "", command.slice(1)]
  const script =
    `hosts=$(mktemp) && echo "127.0.0.1 localhost ${host}" > "$hosts" && mount --bind "$hosts" /etc/hosts && exec "$@"`
  return ["unshare", ["-rm", "sh", "-c", script, "sh", ...command]]
}

const runtimeArgs = (
  { allow = [], command = "run" }: ProgramOptions,
): ReadonlyArray<string> =>
  isDeno
    // Without any permission among the arguments, a Deno that is started from Deno gets them all.
    ? [command, "--no-prompt", "--quiet", `--config=${fileURLToPath(new URL("deno.json", root))}`]
      .concat([...allow, "sys=hostname"].map((what) => `--allow-${what}`))
    : ["--disable-warning=ExperimentalWarning"]

const environment = (env: Readonly<Record<string, string>>): Record<string, string> => {
  const kept = Object.entries(process.env).filter(([name]) =>
    !/^(NP6_|NODE_OPTIONS|VITEST)/.test(name)
  )
  return {
    ...Object.fromEntries(kept) as Record<string, string>,
    NO_COLOR: "1",
    // What Node has compiled and stripped of types for one program, it needn't for the next.
    NODE_COMPILE_CACHE: join(tmpdir(), "np6-tests-compiled"),
    ...env,
  }
}

/** Starts a program of a project; the end of the scope ends it. */
export const start = (
  project: string,
  file: string,
  options: ProgramOptions = {},
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function* () {
    const ended = yield* Deferred.make<Ended>()
    const child = yield* Effect.acquireRelease(
      Effect.sync((): ChildProcess => {
        const program = [process.execPath, ...runtimeArgs(options), file, ...options.args ?? []]
        const [command, args] = withHost(options.host, program)
        return spawn(command, args, {
          cwd: project,
          env: environment(options.env ?? {}),
          stdio: ["ignore", "pipe", "pipe"],
        })
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL")),
    )
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => void (output += text))
    }
    child.on("close", (code, signal) =>
      Deferred.doneUnsafe(ended, Effect.succeed({ code, signal, output })))
    return {
      ended: Deferred.await(ended),
      // Not the child's own `kill`: Deno takes what it has killed for ended by that, however it ended.
      kill: (signal) =>
        Effect.sync(() => void process.kill(child.pid ?? 0, signal)),
    }
  })

/** Runs a program to its end. */
export const runProgram = (
  project: string,
  file: string,
  options?: ProgramOptions,
): Effect.Effect<Ended> =>
  Effect.scoped(Effect.flatMap(start(project, file, options), ({ ended }) => ended))

/** The environment of a program that talks to a sandbox. */
export const sandboxEnvironment: Effect.Effect<
  { readonly NP6_API_KEY: string; readonly NP6_BASE_URL: string },
  never,
  Sandbox | Scope.Scope
> = Effect.gen(function* () {
  const { keys } = yield* Sandbox
  const { url } = yield* Effect.orDie(Sandbox.serve())
  return { NP6_API_KEY: Redacted.value(keys.full), NP6_BASE_URL: url }
})
