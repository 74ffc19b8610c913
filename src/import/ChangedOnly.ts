/**
 * What was sent of each contact before: two keyed digests, so that an import can leave out what hasn't
 * changed.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import process from "node:process"
import { ImportError } from "./ImportError.ts"
import { keyedHash } from "./plan.ts"

/** Where the key of digests is kept, apart from the database. `Import.layerSqlite` sets it. */
export const DigestKeyFile: Context.Reference<string | undefined> = Context.Reference(
  "@effect-np6/targets/import/DigestKeyFile",
  { defaultValue: (): string | undefined => undefined },
)

/** How contacts that haven't changed are left out. */
export interface ChangedOnly {
  /** Sends a contact again after so long, because others change NP6, too. Default: never. */
  readonly refreshAfter?: Duration.Input | undefined
  /**
   * The key of the digests. Default: the environment's `NP6_IMPORT_KEY`; over SQLite, else, a file
   * beside the database, which is made where it is missing.
   */
  readonly key?: Redacted.Redacted<string> | undefined
}

/** Makes the digests of one import's contacts. */
export interface Digests {
  readonly contact: (key: string) => string
  readonly content: (key: string, content: string) => string
  /** How old a digest may be, in milliseconds. */
  readonly maxAge: number
}

const noKey = new ImportError({
  reason: "BadOptions",
  message:
    "`changedOnly` needs a key that isn't in the database: set NP6_IMPORT_KEY to a long random " +
    "text, the same on every machine, or give the option `key`.",
})

const readKey = ({ key }: ChangedOnly): Effect.Effect<string, ImportError> =>
  Effect.gen(function* () {
    if (key !== undefined) return Redacted.value(key)
    const { NP6_IMPORT_KEY } = process.env
    if (NP6_IMPORT_KEY !== undefined && NP6_IMPORT_KEY !== "") return NP6_IMPORT_KEY
    const file = yield* DigestKeyFile
    if (file === undefined) return yield* Effect.fail(noKey)
    const unreadable = new ImportError({
      reason: "Store",
      message: `The key of the digests can't be read or written: ${file}`,
    })
    const made = randomBytes(24).toString("base64url")
    const isMade = yield* Effect.promise(() =>
      writeFile(file, made, { mode: 0o600, flag: "wx" }).then(() => true, () => false)
    )
    if (isMade) {
      yield* Effect.logInfo(`A new key for digests is in ${file}: everything is sent once.`)
    }
    return yield* Effect.tryPromise({
      try: () => readFile(file, "utf8"),
      catch: () => unreadable,
    })
  })

/** Makes the digests of an import's contacts, under what is done with them. */
export const makeDigests = (
  options: ChangedOnly,
  what: string,
): Effect.Effect<Digests, ImportError> =>
  Effect.map(readKey(options), (key) => ({
    contact: (contact) => keyedHash(key, "contact", contact),
    content: (contact, content) => keyedHash(key, "content", what, contact, content),
    maxAge: options.refreshAfter === undefined ? Infinity : Duration.toMillis(options.refreshAfter),
  }))
