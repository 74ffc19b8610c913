/**
 * Contacts that are named one by one: as arguments, in a file, on stdin.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { readFile } from "node:fs/promises"
import process from "node:process"
import type { Typed } from "./command.ts"
import { type Stop, usage } from "./exit.ts"

const readStdin = async (): Promise<string> => {
  const pieces: Array<Uint8Array> = []
  for await (const piece of process.stdin) pieces.push(piece)
  return new TextDecoder().decode(Buffer.concat(pieces))
}

/** The addresses that were typed, or those of `--file`, one a line; `-` is stdin. */
export const addressesOf = (
  typed: Typed,
  args: ReadonlyArray<string> = typed.args,
): Effect.Effect<ReadonlyArray<string>, Stop> =>
  Effect.gen(function* () {
    const file = typed.text("file") ?? (args.length === 1 && args[0] === "-" ? "-" : undefined)
    if (file === undefined) {
      return args.length > 0
        ? args
        : yield* Effect.fail(usage("Name the contacts, or a file of them, one a line: --file FILE"))
    }
    const text = yield* Effect.tryPromise({
      try: () => file === "-" ? readStdin() : readFile(file, "utf8"),
      catch: () => usage(`The file can't be read: ${file}`),
    })
    const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/).map((line) => line.trim())
      .filter((line) => line !== "")
    if (text.includes("\ufffd")) {
      return yield* Effect.fail(usage(`The file isn't UTF-8. Save it as UTF-8: ${file}`))
    }
    if (lines.length === 0) return yield* Effect.fail(usage(`The file is empty: ${file}`))
    return [...new Set(lines)]
  })

/** Spellings under which an address may be stored: NP6 may tell letter case and spaces apart. */
export const spellingsOf = (address: string): ReadonlyArray<string> => {
  const plain = address.normalize("NFC").replace(/[\p{Cf}\p{Cc}]/gu, "").trim()
  const at = plain.lastIndexOf("@")
  const domainLower = plain.slice(0, at) + plain.slice(at).toLowerCase()
  return [
    ...new Set([
      address,
      plain,
      domainLower,
      plain.toLowerCase(),
      plain.toUpperCase(),
      plain.charAt(0).toUpperCase() + plain.slice(1).toLowerCase(),
      plain.normalize("NFD"),
    ]),
  ].filter((spelling) => spelling !== "")
}
