/** TypeScript that a test has as text: is it right, and what does it export? */
import * as targets from "@effect-np6/targets"
import * as effect from "effect"
import { fileURLToPath } from "node:url"
import ts from "typescript"

const root = fileURLToPath(new URL("../../", import.meta.url))

const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts"],
  types: [],
  paths: { "@effect-np6/targets": [`${root}mod.ts`], effect: [`${root}tests/effect.ts`] },
}

/** As much of Effect's barrel as the modules import: all of it takes seconds. */
const barrel = 'export * as Schema from "effect/Schema"'

/** What the compiler says of modules, by their names. They may import the library and Effect. */
export const problemsIn = (
  sources: Readonly<Record<string, string>>,
): Readonly<Record<string, ReadonlyArray<string>>> => {
  const host = ts.createCompilerHost(options)
  const files = new Map<string, string>(
    Object.entries({ ...sources, effect: barrel })
      .map(([name, text]) => [`${root}tests/${name}.ts`, text] as const),
  )
  const { fileExists, getSourceFile, readFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, language, ...rest) => {
    const text = files.get(path)
    return text === undefined
      ? getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, text, language)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return Object.fromEntries(
    Object.keys(sources).map((name) => {
      const source = program.getSourceFile(`${root}tests/${name}.ts`)
      const found = [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ]
      return [
        name,
        found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
      ]
    }),
  )
}

const modules: Readonly<Record<string, unknown>> = { "@effect-np6/targets": targets, effect }

/** Runs a module that imports the library and Effect, and returns what it exports. */
export const run = (source: string): Readonly<Record<string, unknown>> => {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  })
  const exports = {}
  new Function("exports", "require", outputText)(exports, (name: string) => modules[name])
  return exports
}
