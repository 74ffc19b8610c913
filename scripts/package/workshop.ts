/**
 * A temporary directory with the packed package, the tools, and the consumers that install it.
 *
 * @module
 */
import { fileURLToPath } from "node:url"
import { project, root } from "../build/project.ts"
import { mustRun } from "./command.ts"
import { tools } from "./tools.ts"

/** Where everything is, as paths of the file system. */
export interface Workshop {
  /** The project. */
  readonly root: string
  /** The temporary directory. */
  readonly home: string
  /** The package as it would be published. */
  readonly tarball: string
  /** The same, unpacked. */
  readonly unpacked: string
  /** Has the package and Effect from npm, and the programs of `consumer/`. */
  readonly npmConsumer: string
  /** Has the package as `jsr:`, and the same programs. */
  readonly jsrConsumer: string
  /** The file of a tool: `tool("esbuild", "lib/main.js")`. */
  readonly tool: (name: string, path: string) => string
  /** A Node of a version of `tools`. */
  readonly node: (version: string) => string
}

const writeJson = (path: string, value: unknown): Promise<void> =>
  Deno.writeTextFile(path, JSON.stringify(value, undefined, 2) + "\n")

/** Installs what the manifest in a directory asks for. */
const install = (cwd: string): Promise<string> =>
  mustRun("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], {
    cwd,
  })

/** The lowest version in a caret range. */
const floor = (range: string): string => range.replace(/^\^/, "")

const copyPrograms = async (from: string, to: string): Promise<void> => {
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(`${from}/${name}`, `${to}/${name}`)
  }
}

/** Packs the package and makes its consumers. */
export const open = async (home: string): Promise<Workshop> => {
  const here = fileURLToPath(root)
  const programs = `${here}scripts/package/consumer`
  const at = (name: string) => `${home}/${name}`
  for (const name of ["tools", "npm", "jsr", "unpacked"]) await Deno.mkdir(at(name))

  const packed = await mustRun("npm", ["pack", "--pack-destination", home], { cwd: `${here}npm` })
  const tarball = at(packed.trim().split("\n").at(-1) ?? "")
  await mustRun("tar", ["-xzf", tarball, "-C", at("unpacked")], { cwd: home })

  await writeJson(`${home}/tools/package.json`, { private: true, dependencies: tools })
  await writeJson(`${home}/npm/package.json`, {
    private: true,
    type: "module",
    // The oldest Effect that the range allows: what the package promises to work with.
    dependencies: { [project.name]: `file:${tarball}`, effect: floor(project.effect) },
  })
  await writeJson(`${home}/jsr/deno.json`, {
    imports: {
      [project.name]: `jsr:${project.name}@^${project.version}`,
      effect: `npm:effect@${project.effect}`,
    },
    links: [here],
  })
  await copyPrograms(programs, at("npm"))
  await copyPrograms(programs, at("jsr"))
  await Promise.all([install(at("tools")), install(at("npm"))])

  const tool = (name: string, path: string) => `${home}/tools/node_modules/${name}/${path}`
  return {
    root: here,
    home,
    tarball,
    unpacked: at("unpacked/package"),
    npmConsumer: at("npm"),
    jsrConsumer: at("jsr"),
    tool,
    node: (version) => tool(`node-${version}`, "bin/node"),
  }
}
