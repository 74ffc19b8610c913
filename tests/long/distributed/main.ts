/**
 * An import on three processes over Postgres: one is killed, one stands still for longer than its
 * lease and goes on, one stays. In the end the account must equal the file, with each contact's last
 * row, and the report must add up.
 *
 * `deno task distributed [rows]`; needs Debian's `postgresql`, of which it starts a server of its own.
 */
import { Effect, Redacted, Stream } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { Sandbox } from "../../../src/sandbox/Sandbox.ts"

const count = Number(process.argv[2] ?? 20_000)
const repeated = Math.min(500, Math.floor(count / 10))

const binaries = (): string => {
  const root = "/usr/lib/postgresql"
  try {
    const [version] = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    if (version !== undefined) return join(root, version, "bin")
  } catch {
    // Said below.
  }
  console.error("There is no Postgres here. Install it first: apt-get install postgresql")
  process.exit(1)
}

const home = mkdtempSync(join(tmpdir(), "np6-distributed-"))
const bin = binaries()
const isRoot = process.getuid?.() === 0

/** Runs a program of Postgres, which refuses to be root. */
const postgres = (name: string, ...args: ReadonlyArray<string>): void => {
  const command = [join(bin, name), ...args]
  const [file = "", ...rest] = isRoot ? ["runuser", "-u", "postgres", "--", ...command] : command
  const { status, stderr } = spawnSync(file, rest, { cwd: home, encoding: "utf8" })
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
}

const port = 20_000 + process.pid % 10_000
const data = join(home, "data")
const url = `postgres://postgres@127.0.0.1:${port}/postgres`

const startPostgres = (): void => {
  chmodSync(home, 0o777)
  postgres("initdb", "-D", data, "-U", "postgres", "-A", "trust")
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`
  postgres("pg_ctl", "-D", data, "-w", "-l", join(home, "log"), "-o", options, "start")
}

const address = (n: number): string => `contact.${n}@example.com`
const isBad = (n: number): boolean => n % 1_000 === 7
const path = join(home, "crm.csv")
writeFileSync(
  path,
  [
    "Email,Last name,Orders",
    ...Array.from({ length: count }, (_, n) => `${address(n)},Name ${n},${isBad(n) ? "many" : n}`),
    ...Array.from({ length: repeated }, (_, n) => `${address(n * 10)},,${1_000_000 + n}`),
    "",
  ].join("\n"),
)

interface Worker {
  readonly child: ChildProcess
  readonly ended: Promise<string>
}

const worker = (env: Readonly<Record<string, string>>): Worker => {
  const program = fileURLToPath(new URL("worker.ts", import.meta.url))
  const isDeno = process.versions["deno"] !== undefined
  const args = isDeno ? ["run", "--allow-all", "--quiet", program] : [program]
  const child = spawn(process.execPath, [...args, url, path], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  })
  let output = ""
  child.stdout?.on("data", (text) => output += text)
  return { child, ended: new Promise((resolve) => child.on("close", () => resolve(output))) }
}

const main = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const served = yield* Sandbox.serve()
  const env = { NP6_API_KEY: Redacted.value(sandbox.keys.full), NP6_BASE_URL: served.url }
  const sent = (requests: number) =>
    sandbox.ended.pipe(
      Stream.filter(({ method }) => method === "PUT"),
      Stream.take(requests),
      Stream.runDrain,
    )
  const begun = performance.now()
  const [first, second, third] = [worker(env), worker(env), worker(env)]
  yield* sent(Math.floor(count / 10))
  process.kill(first.child.pid ?? 0, "SIGKILL")
  process.kill(second.child.pid ?? 0, "SIGSTOP")
  const report = yield* Effect.promise(() => third.ended)
  process.kill(second.child.pid ?? 0, "SIGCONT")
  yield* Effect.promise(() => second.ended)
  const seconds = (performance.now() - begun) / 1_000

  const problems: Array<string> = []
  const { targets } = yield* sandbox.state
  const found = new Map(targets.map(({ fields }) => [String(fields["8103"]), fields]))
  for (let n = 0; n < count; n++) {
    const fields = found.get(address(n))
    const isLater = n % 10 === 0 && n / 10 < repeated
    if (isBad(n)) {
      if (fields !== undefined && !isLater) problems.push(`${n} is there`)
    } else if (fields?.["8102"] !== `Name ${n}`) problems.push(`${n} lacks its name`)
    else if (fields["8106"] !== (isLater ? 1_000_000 + n / 10 : n)) {
      problems.push(`${n} has an older value`)
    }
  }
  const bad = Array.from({ length: count }, (_, n) => n).filter(isBad).length
  const rows = count + repeated
  const expected = { end: "complete", rows, done: rows - bad, rejected: bad, open: 0 }
  const told: Record<string, unknown> = JSON.parse(report)
  for (const [key, value] of Object.entries(expected)) {
    if (told[key] !== value) problems.push(`${key} is ${told[key]} in place of ${value}`)
  }
  const puts = (yield* sandbox.requests).filter(({ method }) => method === "PUT").length
  console.log(
    `${rows} rows over three processes, one killed, one stopped: ${Math.round(seconds)} s, ` +
      `${puts - (rows - bad)} repeated requests, ${problems.length} problems`,
  )
  for (const problem of problems.slice(0, 20)) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
})

try {
  startPostgres()
  await Effect.runPromise(main.pipe(Effect.scoped, Effect.provide(Sandbox.layer)))
} finally {
  postgres("pg_ctl", "-D", data, "-m", "immediate", "stop")
  rmSync(home, { recursive: true, force: true })
}
process.exit()
