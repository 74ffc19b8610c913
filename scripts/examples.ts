/**
 * Runs the examples in other languages against the sandbox of this clone, where the language is
 * installed: `deno task examples`.
 *
 * They start the sandbox as users of the package do, with `npx`. Here a script of that name comes
 * first on `PATH`, which runs what the package's command would.
 *
 * @module
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { spawnSync } from "node:child_process"

interface Example {
  readonly language: string
  readonly file: string
  /** What runs it, and what it calls. */
  readonly commands: readonly [string, ...ReadonlyArray<string>]
  /** The Debian packages that have the commands. */
  readonly packages: string
}

const examples: ReadonlyArray<Example> = [
  {
    language: "PHP",
    file: "examples/php/test_subscribe.php",
    commands: ["php"],
    packages: "php-cli",
  },
  {
    language: "Python",
    file: "examples/python/test_subscribe.py",
    commands: ["python3"],
    packages: "python3",
  },
  {
    language: "Shell",
    file: "examples/shell/test_subscribe.sh",
    commands: ["sh", "curl"],
    packages: "curl",
  },
]

const root = fileURLToPath(new URL("../", import.meta.url))

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The script in place of `npx`, which writes down its process, to see that it ends. */
const shim = (folder: string): string =>
  [
    "#!/bin/sh",
    `[ "$1 $2 $3" = "-y @effect-np6/targets sandbox" ] || exit 64`,
    "shift 3",
    `echo $$ > ${quoted(join(folder, "pid"))}`,
    `exec ${quoted(process.execPath)} run --allow-net --allow-read --allow-env=INIT_CWD ` +
    `${quoted(join(root, "scripts/sandbox.ts"))} "$@"`,
    "",
  ].join("\n")

const isThere = (command: string): boolean =>
  spawnSync("sh", ["-c", `command -v ${command}`]).status === 0

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Whether the sandbox that an example started is gone, a moment after the example. */
const sandboxEnded = async (folder: string): Promise<boolean> => {
  const pid = Number(await readFile(join(folder, "pid"), "utf8"))
  for (let attempt = 0; attempt < 100 && isRunning(pid); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return !isRunning(pid)
}

const run = async ({ commands, file, language, packages }: Example): Promise<boolean> => {
  const missing = commands.find((command) => !isThere(command))
  if (missing !== undefined) {
    console.log(`- ${language}: not run, there is no ${missing} here (Debian: ${packages})`)
    return true
  }
  const folder = await mkdtemp(join(tmpdir(), "examples-"))
  try {
    const npx = join(folder, "npx")
    await writeFile(npx, shim(folder))
    await chmod(npx, 0o755)
    const { status, stderr, stdout } = spawnSync(commands[0], [join(root, file)], {
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` },
      timeout: 60_000,
    })
    if (status !== 0) {
      console.log(`✗ ${language}: ${file} failed\n${stdout}${stderr}`)
      return false
    }
    if (!await sandboxEnded(folder)) {
      console.log(`✗ ${language}: the sandbox that ${file} started goes on after it`)
      return false
    }
    console.log(`✓ ${language}: ${stdout.trim()}`)
    return true
  } finally {
    await rm(folder, { recursive: true })
  }
}

let isGood = true
for (const example of examples) isGood = await run(example) && isGood
process.exit(isGood ? 0 : 1)
