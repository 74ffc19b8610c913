/**
 * What can be known offline of the package on JSR: what would be published, slow types, and docs.
 *
 * @module
 */
import { project } from "../build/project.ts"
import { type Check, ensure } from "./check.ts"
import { mustRun, run } from "./command.ts"

const entryPoints = project.entryPoints.map(({ path }) => path)

const published = /^(?:mod\.ts|src\/.+\.ts|deno\.json|README\.md|LICENSE|CHANGELOG\.md)$/

export const jsr: ReadonlyArray<Check> = [
  {
    name: "deno publish --dry-run",
    run: async ({ root }) => {
      // Its report goes to the error stream.
      const { code, output } = await run(
        Deno.execPath(),
        ["publish", "--dry-run", "--allow-dirty"],
        { cwd: root },
      )
      ensure(code === 0, output.slice(-4_000))
      ensure(!/\bwarning\b/i.test(output), output.slice(-4_000))
      const prefix = new URL(`file://${root}`).href
      const files = output.split("\n").map((line) => line.trim()).filter((line) =>
        line.startsWith(prefix)
      ).map((line) => line.slice(prefix.length).replace(/ \(.*\)$/, ""))
      const stray = files.filter((file) => !published.test(file))
      ensure(files.length > 0, `No files in the report:\n${output}`)
      ensure(stray.length === 0, `These have no place in the package: ${stray.join(", ")}`)
      return `${files.length} files, no slow types`
    },
  },
  {
    name: "a docstring on every export",
    run: async ({ root }) => {
      // Its other errors are about types of Effect that JSR can't link to: nothing to be done.
      const { output } = await run(Deno.execPath(), ["doc", "--lint", ...entryPoints], {
        cwd: root,
      })
      // An indented line is a member of an export, whose name and type often say all.
      const missing = output.split("error[missing-jsdoc]").slice(1)
        .filter((report) => !/^ *\d+ \| {3}/m.test(report))
        .map((report) => /--> (.+)/.exec(report)?.[1]?.replace(root, "") ?? "somewhere")
      ensure(missing.length === 0, `${missing.length} without one:\n${missing.join("\n")}`)
      return "none is missing"
    },
  },
  {
    name: "a module doc on every entry point",
    run: async ({ root }) => {
      for (const entryPoint of entryPoints) {
        const page = await mustRun(Deno.execPath(), ["doc", "--json", entryPoint], { cwd: root })
        ensure(/"module_?[dD]oc":\s*\{/.test(page), `${entryPoint} has none.`)
      }
      return entryPoints.join(", ")
    },
  },
]
