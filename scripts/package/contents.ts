/**
 * What is in the package: the manifest, the files, what they import and link to, and what linters
 * say of them.
 *
 * @module
 */
import ts from "typescript"
import { version } from "../../src/http/version.ts"
import { manifest } from "../build/manifest.ts"
import { type Check, ensure } from "./check.ts"
import { mustRun } from "./command.ts"

const documents = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"]

/** The files below a directory, as paths from it. */
const filesIn = async (directory: string, below = ""): Promise<ReadonlyArray<string>> => {
  const files: Array<string> = []
  for await (const { isDirectory, name } of Deno.readDir(`${directory}/${below}`)) {
    if (isDirectory) files.push(...await filesIn(directory, `${below}${name}/`))
    else files.push(below + name)
  }
  return files
}

const exists = (path: string): Promise<boolean> =>
  Deno.stat(path).then(({ isFile }) => isFile, () => false)

/** The package of a bare specifier: `effect` for `effect/Schema`, `@effect/sql-pg` for what is in it. */
const packageOf = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

/** The targets of Markdown's links: `[text](target)` and `[name]: target`. */
const linksIn = (markdown: string): ReadonlyArray<string> =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: *(\S+)/gm)].map((link) =>
    link[1] ?? link[2] ?? ""
  )

/** What no published file may hold. */
const forbidden = (root: string): ReadonlyArray<readonly [string, RegExp | string]> => [
  ["a path of this machine", root],
  ["a file: URL", /["'`]file:\/\//],
  ["import.meta", /\bimport\.meta\b/],
  ["a helper of dnt", /_dnt\./],
]

export const contents: ReadonlyArray<Check> = [
  {
    name: "manifest",
    run: async ({ unpacked }) => {
      const written: unknown = JSON.parse(await Deno.readTextFile(`${unpacked}/package.json`))
      ensure(
        JSON.stringify(written) === JSON.stringify(manifest),
        "package.json is not the manifest that deno.json makes: build the package again.",
      )
      ensure(
        version === manifest.version,
        `src/http/version.ts says ${version}, deno.json says ${manifest.version}.`,
      )
      return `${manifest.name}@${manifest.version}, peer effect ${manifest.peerDependencies.effect}`
    },
  },
  {
    name: "files in the tarball",
    run: async ({ root, unpacked }) => {
      const files = await filesIn(unpacked)
      for (const file of files) {
        const module = /^esm\/((?:mod|src\/.+))\.(?:js|d\.ts)$/.exec(file)?.[1]
        ensure(
          documents.includes(file) || module !== undefined && await exists(`${root}${module}.ts`),
          `${file} has no place in the package.`,
        )
        const text = await Deno.readTextFile(`${unpacked}/${file}`)
        for (const [what, pattern] of file.startsWith("esm/") ? forbidden(root) : []) {
          ensure(
            typeof pattern === "string" ? !text.includes(pattern) : !pattern.test(text),
            `${file} holds ${what}.`,
          )
        }
      }
      for (const document of documents) ensure(files.includes(document), `${document} is missing.`)
      return `${files.length} files`
    },
  },
  {
    name: "imports",
    run: async ({ unpacked }) => {
      const imported = new Set<string>()
      for (const file of await filesIn(unpacked)) {
        if (!/\.(?:js|d\.ts)$/.test(file)) continue
        const text = await Deno.readTextFile(`${unpacked}/${file}`)
        const { importedFiles, referencedFiles, typeReferenceDirectives } = ts.preProcessFile(text)
        ensure(
          referencedFiles.length + typeReferenceDirectives.length === 0,
          `${file} has a "/// <reference".`,
        )
        for (const { fileName } of importedFiles) {
          if (!/^(?:\.|node:)/.test(fileName)) imported.add(packageOf(fileName))
        }
      }
      const declared = Object.keys(manifest.peerDependencies)
      for (const name of imported) {
        ensure(declared.includes(name), `${name} is imported, and not in the manifest.`)
      }
      for (const name of declared) {
        ensure(imported.has(name), `${name} is in the manifest, and not imported.`)
      }
      return [...imported].join(", ")
    },
  },
  {
    name: "links",
    run: async ({ unpacked }) => {
      for (const document of ["README.md", "CHANGELOG.md"]) {
        for (const link of linksIn(await Deno.readTextFile(`${unpacked}/${document}`))) {
          ensure(
            /^(?:https:\/\/|#)/.test(link),
            `${document} links to ${link}, which is nowhere on npm and JSR.`,
          )
        }
      }
      return "absolute"
    },
  },
  {
    name: "publint --strict",
    run: async ({ tool, unpacked }) => {
      const cli = tool("publint", "src/cli.js")
      await mustRun("node", [cli, "run", unpacked, "--strict", "--pack", "false"], {
        cwd: unpacked,
      })
      return "all good"
    },
  },
  {
    name: "attw, ESM-only profile",
    run: async ({ home, tarball, tool }) => {
      const cli = tool("@arethetypeswrong/cli", "dist/index.js")
      await mustRun("node", [cli, tarball, "--profile", "esm-only", "--quiet"], { cwd: home })
      return "no problems"
    },
  },
]
