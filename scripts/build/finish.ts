/**
 * What is the same whichever emitter ran: the manifest, the documents, and nothing else.
 *
 * @module
 */
import { manifest } from "./manifest.ts"

const documents = ["README.md", "LICENSE", "CHANGELOG.md"]

/** The files below a directory, as paths from the project's root. */
async function* filesIn(directory: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`
    if (entry.isDirectory) yield* filesIn(path)
    else yield path
  }
}

/** Brings `npm/` into its final form. */
export const finish = async (): Promise<void> => {
  for await (const { name } of Deno.readDir("npm")) {
    if (name !== "esm") await Deno.remove(`npm/${name}`, { recursive: true })
  }
  for await (const path of filesIn("npm/esm")) {
    // dnt's own `{ "type": "module" }`, behind which bundlers don't see `sideEffects: false`.
    if (path === "npm/esm/package.json") await Deno.remove(path)
    else if (!/\.(?:js|d\.ts)$/.test(path) || /\/_dnt\.|\/deps\//.test(path)) {
      throw new Error(`The emitter wrote ${path}, which has no place in the package.`)
    }
  }
  await Deno.writeTextFile("npm/package.json", JSON.stringify(manifest, undefined, 2) + "\n")
  for (const document of documents) await Deno.copyFile(document, `npm/${document}`)
}
