/**
 * The `package.json` of the npm package, derived from `deno.json`.
 *
 * @module
 */
import { type EntryPoint, project } from "./project.ts"

const repository = "https://github.com/effect-np6/targets"

/** The oldest Node that the package is tested on; Effect itself promises 22.19 and later. */
export const oldestNode = "20.20.2"

/** Where an entry point is in the package, whichever emitter put it there. */
const emitted = ({ path }: EntryPoint): string =>
  path.replace(/^\.\//, "./esm/").replace(/\.ts$/, "")

/** What an entry point is to those who import it. */
interface Export {
  readonly types: string
  // `default` and not `import`: `require` of an ES module works on every Node that is supported.
  readonly default: string
}

const exported = (entry: EntryPoint): Export => ({
  types: `${emitted(entry)}.d.ts`,
  default: `${emitted(entry)}.js`,
})

const exports: Readonly<Record<string, Export | string>> = {
  ...Object.fromEntries(project.entryPoints.map((entry) => [entry.name, exported(entry)] as const)),
  "./package.json": "./package.json",
}

/** The manifest, in the order that people read it. */
export const manifest = {
  name: project.name,
  version: project.version,
  description:
    "The NP6 (MailPerformance) Target API as Effect programs: typed errors, safe retries, and a sandbox to test against",
  keywords: [
    "np6",
    "mailperformance",
    "chapsvision",
    "effect",
    "effect-ts",
    "email-marketing",
    "contacts",
    "api-client",
    "sandbox",
    "deno",
  ],
  homepage: `${repository}#readme`,
  bugs: { url: `${repository}/issues` },
  repository: { type: "git", url: `git+${repository}.git` },
  license: project.license,
  type: "module",
  sideEffects: false,
  exports,
  bin: { np6: "esm/src/cli/main.js" },
  files: ["esm", "CHANGELOG.md"],
  engines: { node: `>=${oldestNode}` },
  // A peer and nothing else: two copies of Effect in one program don't know each other's services.
  peerDependencies: { effect: project.effect },
  publishConfig: { access: "public" },
}
