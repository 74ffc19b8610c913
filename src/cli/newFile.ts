/**
 * Files that a command makes.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { writeFile } from "node:fs/promises"
import { type Stop, usage } from "./exit.ts"

/** Writes a file, which must not exist; `isPrivate` keeps it from other users. */
export const writeNew = (
  path: string,
  text: string,
  { isPrivate, what = "file" }: { readonly isPrivate: boolean; readonly what?: string },
): Effect.Effect<void, Stop> =>
  Effect.tryPromise({
    try: () => writeFile(path, text, { flag: "wx", ...isPrivate ? { mode: 0o600 } : {} }),
    catch: () => usage(`The ${what} exists already, or can't be written: ${path}`),
  })
