/**
 * Where the bytes of an import come from.
 *
 * An import is cut by byte ranges that are read more than once: while it is planned, when a chunk is
 * sent, and for its rejects. So a source has a size and can be read anywhere: a local file, an object
 * in S3, a URL that takes ranges. What can't (stdin, a gzip file) is unpacked into a file first.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { type FileHandle, open } from "node:fs/promises"
import { ImportError } from "./ImportError.ts"
import { gunzip, spool } from "./spool.ts"

/** Bytes that can be read anywhere. The bytes must stay the same while the import lasts. */
export interface Source {
  /** How many bytes there are. */
  readonly size: number
  /** Reads exactly `length` bytes from `offset` on; both are within `size`. */
  readonly read: (offset: number, length: number) => Effect.Effect<Uint8Array, ImportError>
}

/**
 * A directory for what can't be read in place: stdin and gzip files are unpacked there, readable by
 * the user alone, and removed at the end. `Import.layerSqlite` sets it to that of the database. Where
 * there is none, they are an `ImportError`, because other machines couldn't read them.
 */
export const SpoolDirectory: Context.Reference<string | undefined> = Context.Reference(
  "@effect-np6/targets/import/SpoolDirectory",
  { defaultValue: (): string | undefined => undefined },
)

const fileProblems: Readonly<Record<string, readonly [ImportError["reason"], string]>> = {
  ENOENT: ["NoSuchFile", "There is no such file. Check its path"],
  ENOTDIR: ["NoSuchFile", "There is no such file. Check its path"],
  EISDIR: ["NotAFile", "This is a directory. Name the file in it"],
  EACCES: ["Unreadable", "The file may not be read. Check its permissions"],
  EPERM: ["Unreadable", "The file may not be read. Check its permissions"],
}

const codeOf = (cause: unknown): string => {
  if (typeof cause !== "object" || cause === null) return "unknown"
  if ("code" in cause && typeof cause.code === "string") return cause.code
  // Deno without `--allow-read`.
  return cause instanceof Error && cause.name === "NotCapable" ? "EACCES" : "unknown"
}

const fileError = (path: string, cause: unknown): ImportError => {
  const code = codeOf(cause)
  const [reason, problem] = fileProblems[code] ?? ["Unreadable", `The file can't be read (${code})`]
  return new ImportError({ reason, message: `${problem}: ${path}` })
}

const gzipMagic = [0x1f, 0x8b]

/**
 * A local file. A gzip file is unpacked into {@link SpoolDirectory} first, whatever its name.
 *
 * The file is opened when the effect runs and closed with its scope. Fails with `ImportError` when
 * there is no such file, or it isn't one, or may not be read.
 */
export const file = (path: string): Effect.Effect<Source, ImportError, Scope.Scope> =>
  Effect.gen(function* () {
    const source = yield* openFile(path)
    if (source.size < 2) return source
    const head = yield* source.read(0, 2)
    return gzipMagic.every((byte, at) => head[at] === byte) ? yield* unpack(path) : source
  })

const openFile = (path: string): Effect.Effect<Source, ImportError, Scope.Scope> =>
  Effect.gen(function* () {
    const handle = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => open(path, "r"), catch: (cause) => fileError(path, cause) }),
      (handle) => Effect.promise(() => handle.close()),
    )
    const stat = yield* Effect.tryPromise({
      try: () => handle.stat(),
      catch: (cause) => fileError(path, cause),
    })
    if (stat.isDirectory()) return yield* Effect.fail(fileError(path, { code: "EISDIR" }))
    if (!stat.isFile()) {
      return yield* Effect.fail(
        new ImportError({
          reason: "NotAFile",
          message: `This is a pipe or a device, which can be read only once: ${path}`,
        }),
      )
    }
    return { size: stat.size, read: (offset, length) => readHandle(path, handle, offset, length) }
  })

const readHandle = (
  path: string,
  handle: FileHandle,
  offset: number,
  length: number,
): Effect.Effect<Uint8Array, ImportError> =>
  Effect.tryPromise({
    try: async () => {
      const bytes = new Uint8Array(length)
      let read = 0
      while (read < length) {
        const { bytesRead } = await handle.read(bytes, read, length - read, offset + read)
        if (bytesRead === 0) break
        read += bytesRead
      }
      return bytes.subarray(0, read)
    },
    catch: (cause) => fileError(path, cause),
  }).pipe(
    Effect.filterOrFail(
      (bytes) => bytes.length === length,
      () =>
        new ImportError({
          reason: "Truncated",
          message: `The file has become shorter while it was read: ${path}`,
        }),
    ),
  )

const directory = (what: string): Effect.Effect<string, ImportError> =>
  Effect.flatMap(SpoolDirectory, (directory) =>
    directory === undefined
      ? Effect.fail(
        new ImportError({
          reason: "Compressed",
          message: `${what} can only be imported over SQLite, on one machine. ` +
            "Unpack it into a file that every machine can read, and import that.",
        }),
      )
      : Effect.succeed(directory))

const unpack = (path: string): Effect.Effect<Source, ImportError, Scope.Scope> =>
  directory("A gzip file").pipe(
    Effect.flatMap((directory) => gunzip(path, directory)),
    Effect.flatMap(openFile),
  )

/**
 * Bytes that come once: stdin, a download. They are written into {@link SpoolDirectory} first, and
 * unpacked if they are gzip.
 */
export const stream = <E>(
  bytes: Stream.Stream<Uint8Array, E>,
): Effect.Effect<Source, ImportError | E, Scope.Scope> =>
  directory("A stream").pipe(
    Effect.flatMap((directory) => spool(bytes, directory)),
    Effect.flatMap(openFile),
  )

/** Bytes in memory: for tests, and for small files that a program makes itself. */
export const bytes = (bytes: Uint8Array | string): Source => {
  const whole = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes
  return {
    size: whole.length,
    read: (offset, length) => Effect.succeed(whole.subarray(offset, offset + length)),
  }
}
