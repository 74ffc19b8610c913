/**
 * Where the API key comes from. Never from an argument: others on the machine see those.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { execFile } from "node:child_process"
import { readFile, stat } from "node:fs/promises"
import process from "node:process"
import { promisify } from "node:util"
import { type Stop, usage } from "./exit.ts"

const noKey = usage(
  "There is no API key. Set NP6_API_KEY to it, or NP6_API_KEY_FILE to a file that holds it, or " +
    "NP6_API_KEY_COMMAND to a command that prints it.",
)

/** Reads the key. */
export const readKey: Effect.Effect<Redacted.Redacted<string>, Stop> = Effect.suspend(() => {
  const { NP6_API_KEY, NP6_API_KEY_COMMAND, NP6_API_KEY_FILE } = process.env
  if (NP6_API_KEY !== undefined && NP6_API_KEY !== "") return keyOf(NP6_API_KEY)
  if (NP6_API_KEY_FILE !== undefined && NP6_API_KEY_FILE !== "") return fromFile(NP6_API_KEY_FILE)
  if (NP6_API_KEY_COMMAND !== undefined && NP6_API_KEY_COMMAND !== "") {
    return fromCommand(NP6_API_KEY_COMMAND)
  }
  return Effect.fail(noKey)
})

const keyOf = (text: string): Effect.Effect<Redacted.Redacted<string>, Stop> => {
  const key = text.trim()
  return key === "" ? Effect.fail(noKey) : Effect.succeed(Redacted.make(key))
}

const fromFile = (path: string): Effect.Effect<Redacted.Redacted<string>, Stop> =>
  Effect.gen(function* () {
    const unreadable = usage(`NP6_API_KEY_FILE can't be read: ${path}`)
    const { mode } = yield* Effect.tryPromise({ try: () => stat(path), catch: () => unreadable })
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      return yield* Effect.fail(
        usage(`Others can read NP6_API_KEY_FILE. Keep it to yourself first: chmod 600 ${path}`),
      )
    }
    const text = yield* Effect.tryPromise({
      try: () => readFile(path, "utf8"),
      catch: () => unreadable,
    })
    return yield* keyOf(text)
  })

const fromCommand = (command: string): Effect.Effect<Redacted.Redacted<string>, Stop> =>
  Effect.tryPromise({
    try: () =>
      process.platform === "win32"
        ? promisify(execFile)("cmd", ["/c", command])
        : promisify(execFile)("sh", ["-c", command]),
    catch: () => usage("NP6_API_KEY_COMMAND failed. Run it by hand to see why."),
  }).pipe(Effect.flatMap(({ stdout }) => keyOf(String(stdout))))
