/**
 * A temporary directory with the library as JavaScript, the workers, and the peers.
 *
 * The library is emitted as it is published, so that a runtime that strips types pays nothing for
 * that here; and one copy of Effect serves it and the peers.
 *
 * @module
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import ts from "typescript"
import { run } from "./command.ts"
import { peers } from "./peers.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))

const sources = async (): Promise<ReadonlyArray<string>> => {
  const inside = async (dir: string): Promise<ReadonlyArray<string>> =>
    (await readdir(join(root, dir), { recursive: true }))
      .filter((name) => name.endsWith(".ts")).map((name) => join(dir, name))
  return ["mod.ts", ...await inside("src"), ...await inside("scripts/bench/worker")]
}

const emit = async (home: string, source: string): Promise<void> => {
  const { outputText } = ts.transpileModule(await readFile(join(root, source), "utf8"), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  const file = join(home, source.replace(/\.ts$/, ".js"))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, outputText)
}

/** Makes the directory, lends it, and removes it. */
export const withWorkshop = async (use: (home: string) => Promise<void>): Promise<void> => {
  const home = await mkdtemp(join(tmpdir(), "targets-bench-"))
  try {
    await writeFile(
      join(home, "package.json"),
      JSON.stringify({ private: true, type: "module", dependencies: peers }, undefined, 2),
    )
    for (const source of await sources()) await emit(home, source)
    const npm = process.platform === "win32" ? "npm.cmd" : "npm"
    await run(npm, [
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
    ], { cwd: home, seconds: 120 })
    await use(home)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
