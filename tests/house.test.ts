/** The house rules of CONTRIBUTING.md. Each test prints what breaks its rule. */
import { assert, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path/posix"
import { fileURLToPath } from "node:url"
import ts from "typescript"
import manifest from "../deno.json" with { type: "json" }
import { version } from "../src/http/version.ts"

/** The rooms directly below each room. */
const arrows: { readonly [room: string]: ReadonlyArray<string> } = {
  data: [],
  http: ["data"],
  client: ["http"],
  targets: ["client"],
  account: ["client"],
  bulk: ["targets", "account"],
  import: ["bulk"],
  sandbox: ["data"],
  cli: ["import", "sandbox"],
}
/** Files that import from more rooms than their own room may. */
const exceptions: typeof arrows = { "src/sandbox/Sandbox.ts": ["targets", "account"] }
/** What may import `effect/http`, which can change in a minor version of Effect. */
const overHttp = /^src\/(?:http\/|client\/|sandbox\/(?:Sandbox|client)\.ts)/

const root = fileURLToPath(new URL("../", import.meta.url))
const pathsIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
const entries = Object.values(manifest.exports).map((path) => join(path))
const files = pathsIn("src").filter((path) => path.endsWith(".ts"))
const paths = [...new Set([...entries, ...files])]
const program = ts.createProgram(paths.map((path) => root + path), { noResolve: true, noLib: true })

/** What a module imports (types and `import()` too), the names it declares, and what it passes on. */
const modules = new Map(paths.map((path) => {
  const resolve = (from: string): string => from.startsWith(".") ? join(dirname(path), from) : from
  const source = program.getSourceFile(root + path)
  const symbol = source && program.getTypeChecker().getSymbolAtLocation(source)
  const imports = ts.preProcessFile(readFileSync(root + path, "utf8")).importedFiles
  const names: Array<string> = []
  const passedOn: Array<{ readonly to: string; readonly as: string }> = []
  for (const [name, { declarations }] of symbol?.exports ?? []) {
    for (const declaration of declarations?.slice(0, name === "__export" ? undefined : 1) ?? []) {
      const from = ts.findAncestor(declaration, ts.isExportDeclaration)?.moduleSpecifier
      if (from === undefined || !ts.isStringLiteral(from)) names.push(String(name))
      else {
        const as = ts.isNamespaceExport(declaration) ? String(name) : ""
        passedOn.push({ to: resolve(from.text), as })
      }
    }
  }
  return [path, { imports: imports.map((from) => resolve(from.fileName)), names, passedOn }]
}))

/** The files that users reach from the entry files, with the namespace that they find each in. */
const reached = new Map<string, string>()
const reach = (path: string, namespace: string): void => {
  if (reached.has(path) && ["", reached.get(path)].includes(namespace)) return
  reached.set(path, namespace)
  for (const { to, as } of modules.get(path)?.passedOn ?? []) reach(to, as || namespace)
}
for (const entry of entries) reach(entry, "")
const namespaceOf = (path: string): string => reached.get(path) ?? ""

const roomOf = (path: string): string => path.split("/")[1] ?? ""
const allBelow = (rooms: ReadonlyArray<string>): ReadonlyArray<string> =>
  rooms.flatMap((room) => [room, ...allBelow(arrows[room] ?? [])])

/** A rule, and what breaks it in a module. */
const rule = (
  name: string,
  broken: (path: string, module: NonNullable<ReturnType<typeof modules.get>>) => Iterable<string>,
): void =>
  it(name, () =>
    assert.deepStrictEqual(
      [...modules].flatMap(([path, module]) =>
        [...broken(path, module)].map((what) => `${path}: ${what}`)
      ),
      [],
    ))

rule(
  "rooms: every file is in a room or an entry file",
  (path) => entries.includes(path) || roomOf(path) in arrows ? [] : [`no room ${roomOf(path)}`],
)

rule("rooms: a room imports only from the rooms below it", (path, { imports }) => {
  const allowed = allBelow([roomOf(path), ...exceptions[path] ?? []])
  return path.startsWith("src/")
    ? imports.filter((from) => modules.has(from) && !allowed.includes(roomOf(from)))
    : []
})

rule("rooms: no module imports itself through others, types included", (path, { imports }) => {
  const leadsBack = (from: string, seen: Set<string>): boolean =>
    from === path ||
    !seen.has(from) &&
      (modules.get(from)?.imports ?? []).some((next) => leadsBack(next, seen.add(from)))
  return imports.filter((from) => leadsBack(from, new Set()))
})

rule(
  "names: users reach a file when it has a capital or is an entry file",
  (path) =>
    reached.has(path) === (/^[A-Z]/.test(basename(path)) || entries.includes(path))
      ? []
      : [reached.has(path) ? "exported without a capital" : "a capital, and not exported"],
)

rule(
  "names: no exported name stands twice, but in another namespace",
  (path, { names }) =>
    [...modules].filter(([other]) => other !== path && namespaceOf(other) === namespaceOf(path))
      .flatMap(([other, module]) =>
        names.filter((name) => module.names.includes(name)).map((name) => `${name}, as in ${other}`)
      ),
)

rule(
  "names: no exported name hides a global",
  (_, { names }) => names.filter((name) => name in globalThis),
)

rule(
  "Effect: imported deep, and effect/http only where its changes can be met",
  (path, { imports }) =>
    imports.filter((from) =>
      /^effect(?:\/[a-z]+)?$/.test(from) || (/^effect\/http\//.test(from) && !overHttp.test(path))
    ),
)

it("names: no two paths differ by case alone", () => {
  const all = ["src", "tests", "scripts", "examples"].flatMap(pathsIn)
  const lower = all.map((path) => path.toLowerCase())
  assert.deepStrictEqual(all.filter((_, at) => lower.indexOf(lower[at] ?? "") < at), [])
})

it("workflows: every action is pinned to a commit", () => {
  const uses = pathsIn(".github/workflows").flatMap((path) =>
    readFileSync(root + path, "utf8").match(/uses: .*/g) ?? []
  )
  assert.deepStrictEqual(uses.filter((use) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use)), [])
})

it("version: the user agent says the version of the manifest", () =>
  assert.strictEqual(version, manifest.version))
