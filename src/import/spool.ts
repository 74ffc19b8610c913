/**
 * Files for what can't be read in place. They hold people's data: only their user may read them, and
 * they are removed at the end, or by the next one after a crash.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { createReadStream, createWriteStream } from "node:fs"
import { readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import process from "node:process"
import { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGunzip } from "node:zlib"
import { ImportError } from "./ImportError.ts"

/** What a spool may hold: more than any file of contacts, less than what fills most disks. */
export const maxSpool: number = 64 * 1024 ** 3

const namePattern = /^\.np6-spool-(\d+)-/

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    // Another user's process, or no right to ask: leave its file alone.
    return !(cause instanceof Error && "code" in cause && cause.code === "ESRCH")
  }
}

/** Removes what processes left behind that didn't come to their end. */
export const removeOrphans = (directory: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    for (const name of await readdir(directory).catch(() => [])) {
      const pid = namePattern.exec(name)?.[1]
      if (pid !== undefined && !isAlive(Number(pid))) {
        await rm(join(directory, name), { force: true })
      }
    }
  })

class TooLarge extends Error {}

const bounded = (limit: number): Transform => {
  let size = 0
  return new Transform({
    transform: (chunk: Uint8Array, _encoding, done) => {
      size += chunk.length
      if (size > limit) done(new TooLarge())
      else done(null, chunk)
    },
  })
}

/** Unpacks gzip, and lets anything else through. */
const inflated = async function* (input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = input[Symbol.asyncIterator]()
  let head = new Uint8Array(0)
  let isOver = false
  while (head.length < 2 && !isOver) {
    const { done, value } = await iterator.next()
    isOver = done === true
    if (value !== undefined) head = new Uint8Array([...head, ...value])
  }
  const whole = async function* () {
    yield head
    for (;;) {
      const { done, value } = await iterator.next()
      if (done === true) return
      yield value
    }
  }
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const gunzip = createGunzip()
    const source = Readable.from(whole())
    source.on("error", (error) => gunzip.destroy(error))
    yield* source.pipe(gunzip)
  } else yield* whole()
}

const gzipProblems: Readonly<Record<string, readonly [ImportError["reason"], string]>> = {
  Z_BUF_ERROR: ["Truncated", "The gzip file ends too early: it wasn't copied whole"],
  Z_DATA_ERROR: ["Truncated", "The gzip file is damaged"],
  ENOSPC: ["TooLarge", "The disk is full: there is no room to unpack the file"],
  EACCES: ["Unreadable", "The directory for unpacked files can't be written"],
  ENOENT: ["Unreadable", "The directory for unpacked files doesn't exist"],
}

const spoolError = (cause: unknown, limit: number): ImportError => {
  if (cause instanceof ImportError) return cause
  if (cause instanceof TooLarge) {
    return new ImportError({
      reason: "TooLarge",
      message: `Unpacked, the file is larger than ${limit} bytes. Split it.`,
    })
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown"
  const [reason, message] = gzipProblems[code] ?? ["Unreadable", `It can't be unpacked (${code})`]
  return new ImportError({ reason, message: `${message}.` })
}

const write = (
  input: AsyncIterable<Uint8Array>,
  directory: string,
  limit: number,
): Effect.Effect<string, ImportError, Scope.Scope> => {
  const path = join(directory, `.np6-spool-${process.pid}-${crypto.randomUUID()}`)
  const part = `${path}.part`
  const remove = Effect.promise(async () => {
    await rm(part, { force: true })
    await rm(path, { force: true })
  })
  return Effect.acquireRelease(removeOrphans(directory), () => remove).pipe(
    Effect.andThen(Effect.tryPromise({
      try: async (signal) => {
        const output = createWriteStream(part, { flags: "wx", mode: 0o600, flush: true })
        await pipeline(inflated(input), bounded(limit), output, { signal })
        await rename(part, path)
        return path
      },
      catch: (cause) => spoolError(cause, limit),
    })),
  )
}

/** Unpacks a gzip file. The path of what it held is good until the scope ends. */
export const gunzip = (
  path: string,
  directory: string,
  limit: number = maxSpool,
): Effect.Effect<string, ImportError, Scope.Scope> =>
  Effect.suspend(() => write(createReadStream(path), directory, limit))

/** Writes a stream into a file, unpacked if it is gzip. */
export const spool = <E>(
  bytes: Stream.Stream<Uint8Array, E>,
  directory: string,
  limit: number = maxSpool,
): Effect.Effect<string, ImportError | E, Scope.Scope> =>
  Effect.suspend(() => {
    // An async iterable can only reject: the stream's own error is kept aside.
    let failed: { readonly error: E } | undefined
    const kept = Stream.tapError(bytes, (error) =>
      Effect.sync(() => {
        failed = { error }
      }))
    return write(Stream.toAsyncIterable(kept), directory, limit).pipe(
      Effect.mapError((error): ImportError | E => failed === undefined ? error : failed.error),
    )
  })
