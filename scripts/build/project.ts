/**
 * What `deno.json` says of the package: the one place that names, versions and entry points come
 * from.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" }

/** The root of the project. */
export const root: URL = new URL("../../", import.meta.url)

/** An entry point, by its name in `exports` and its module. */
export interface EntryPoint {
  /** As in `exports`: `.` or `./sandbox`. */
  readonly name: string
  /** From the root of the project: `./mod.ts`. */
  readonly path: string
}

/** The npm requirement of an import in `deno.json`: `npm:effect@^4.1.0` is `^4.1.0`. */
const requirement = (name: keyof typeof config.imports): string => {
  const specifier = config.imports[name]
  const prefix = `npm:${name}@`
  if (!specifier.startsWith(prefix)) {
    throw new Error(`deno.json imports ${name} as ${specifier}, not as ${prefix}…`)
  }
  return specifier.slice(prefix.length)
}

/** The version that `deno.lock` has for an import of `deno.json`. */
export const locked = (name: string): string => {
  const specifier = Object.entries(config.imports).find(([key]) => key === name)?.[1] ?? name
  const { specifiers }: { readonly specifiers: Readonly<Record<string, string>> } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.lock", root)),
  )
  // Behind an underscore are the versions of its peers.
  const version = specifiers[specifier]?.replace(/_.*/, "")
  if (version === undefined) throw new Error(`deno.lock has no ${specifier}`)
  return version
}

/** The package, as `deno.json` has it. */
export const project = {
  name: config.name,
  version: config.version,
  license: config.license,
  /** The range of `effect` that the package works with. */
  effect: requirement("effect"),
  /** The compiler that emits and checks, pinned. */
  typescript: requirement("typescript"),
  entryPoints: Object.entries(config.exports).map(([name, path]): EntryPoint => ({ name, path })),
  compilerOptions: config.compilerOptions,
} as const
