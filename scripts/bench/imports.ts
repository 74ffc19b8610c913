/**
 * The benchmark of starting: how long the import takes, and how large a bundle is.
 *
 * @module
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { measure } from "./command.ts"
import type { Part } from "./part.ts"
import { failures, interleave, pick } from "./rounds.ts"
import { number, ratio, spread, table } from "./statistics.ts"

/** What is imported, in a process of its own. The library as a file, as it isn't installed. */
const modules = (home: string): Readonly<Record<string, ReadonlyArray<string>>> => ({
  "ours: `mod.ts`": [join(home, "mod.js")],
  "ours: `src/targets/Targets.ts` alone": [join(home, "src/targets/Targets.js")],
  "ours: the sandbox": [join(home, "src/sandbox/Sandbox.js")],
  "Effect's `Effect`, `HttpClient`, `FetchHttpClient`": [
    "effect/Effect",
    "effect/http/HttpClient",
    "effect/http/FetchHttpClient",
  ],
  "the same, `Schema` and `Stream`": [
    "effect/Effect",
    "effect/http/HttpClient",
    "effect/http/FetchHttpClient",
    "effect/Schema",
    "effect/Stream",
  ],
  "the whole of `effect`": ["effect"],
  undici: ["undici"],
  stripe: ["stripe"],
})

/** The import. */
export const imports: Part = {
  title: "Import time",
  run: async function* (home, { rounds }) {
    const rows = modules(home)
    const results = await interleave(
      Object.keys(rows),
      Math.max(rounds, 5),
      (name) => measure<{ readonly millis: number }>(home, "import", rows[name] ?? [], 60),
    )
    const millis = (name: string) => pick(results, name, (found) => found.millis)
    yield [
      table(
        ["", "ms", "× stripe"],
        Object.keys(rows).map((name) => [
          name,
          spread(millis(name)),
          number(ratio(millis(name), millis("stripe"))),
        ]),
      ),
      ...failures(results).map((line, index) => index === 0 ? `\n${line}` : line),
    ].join("\n")
  },
}

interface Sizes {
  readonly [bundler: string]: { readonly total: number; readonly own: number }
}

/** The size, which `deno task check:package` measures and keeps. */
export const size: Part = {
  title: "Bundle size of a program that calls one endpoint, minified and gzipped",
  run: async function* () {
    const kept = await readFile(new URL("../package/size.json", import.meta.url), "utf8")
    // The file is written by `check_package.ts --update-size` alone.
    const sizes = JSON.parse(kept) as Sizes
    yield table(
      ["", "whole, KB", "of it ours, KB"],
      Object.entries(sizes).map(([name, { total, own }]) => [
        name === "aim" ? "what is aimed at" : name,
        number(total / 1_000),
        number(own / 1_000),
      ]),
    )
  },
}
