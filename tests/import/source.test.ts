import { assert, describe, it } from "@effect/vitest"
import { type ImportError, Source } from "@effect-np6/targets/import"
import { Effect, Exit, type Scope, Stream } from "effect"
import { Buffer } from "node:buffer"
import { spawnSync } from "node:child_process"
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { gzipSync } from "node:zlib"
import { gunzip } from "../../src/import/spool.ts"
import { inTemporaryDirectory } from "../harness/files.ts"

const inDirectory = <A, E>(
  use: (directory: string) => Effect.Effect<A, E, Scope.Scope>,
): Effect.Effect<A, E> => inTemporaryDirectory((directory) => Effect.scoped(use(directory)))

const text = (source: Source.Source) =>
  Effect.map(source.read(0, source.size), (bytes) => new TextDecoder().decode(bytes))

const failure = <A, R>(effect: Effect.Effect<A, ImportError, R>) => Effect.flip(effect)

const contacts = "Email\n" + "a@b.c\n".repeat(1000)

describe("Source.file", () => {
  it.effect("reads any range of a file", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const path = join(directory, "crm.csv")
        writeFileSync(path, contacts)
        const source = yield* Source.file(path)
        assert.strictEqual(source.size, contacts.length)
        assert.deepStrictEqual(
          new TextDecoder().decode(yield* source.read(6, 5)),
          "a@b.c",
        )
        assert.strictEqual((yield* source.read(source.size, 0)).length, 0)
      })
    ))

  it.effect("says what is wrong with a path", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const missing = yield* failure(Source.file(join(directory, "no.csv")))
        assert.strictEqual(missing.reason, "NoSuchFile")
        assert.include(missing.message, "no.csv")
        assert.strictEqual((yield* failure(Source.file(directory))).reason, "NotAFile")
        assert.strictEqual((yield* failure(Source.file("/dev/null"))).reason, "NotAFile")
        const secret = join(directory, "secret.csv")
        writeFileSync(secret, "x")
        chmodSync(secret, 0o000)
        if (process.getuid?.() !== 0) {
          assert.strictEqual((yield* failure(Source.file(secret))).reason, "Unreadable")
        }
      })
    ))

  it.effect("fails where the file becomes shorter while it is read", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const path = join(directory, "crm.csv")
        writeFileSync(path, contacts)
        const source = yield* Source.file(path)
        writeFileSync(path, "Email\n")
        assert.strictEqual((yield* failure(source.read(0, source.size))).reason, "Truncated")
      })
    ))
})

describe("Source: what is unpacked first", () => {
  const spooling = <A, E>(
    directory: string,
    effect: Effect.Effect<A, E, Scope.Scope>,
  ): Effect.Effect<A, E, Scope.Scope> =>
    Effect.provideService(effect, Source.SpoolDirectory, directory)

  const gzipped = Buffer.concat([gzipSync(contacts), gzipSync("z@b.c\n")])

  it.effect("unpacks gzip by its first bytes, all members, for its user alone", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const path = join(directory, "crm.csv")
        writeFileSync(path, gzipped)
        const source = yield* spooling(directory, Source.file(path))
        assert.strictEqual(yield* text(source), `${contacts}z@b.c\n`)
        const [spooled = ""] = readdirSync(directory).filter((name) => name.startsWith(".np6"))
        assert.strictEqual(statSync(join(directory, spooled)).mode & 0o777, 0o600)
      })
    ))

  it.effect("removes what it unpacked with the scope, and when it fails", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const path = join(directory, "crm.csv.gz")
        const left = () => readdirSync(directory).filter((name) => name !== "crm.csv.gz")
        writeFileSync(path, gzipped)
        yield* Effect.scoped(spooling(directory, Source.file(path)))
        assert.deepStrictEqual(left(), [])
        const damaged = Uint8Array.from(gzipped)
        damaged.set([0, 0, 0, 0], 40)
        writeFileSync(path, damaged)
        const damage = yield* failure(Effect.scoped(spooling(directory, Source.file(path))))
        assert.strictEqual(damage.reason, "Truncated")
        writeFileSync(path, gzipped.subarray(0, 40))
        const cut = yield* failure(Effect.scoped(spooling(directory, Source.file(path))))
        assert.strictEqual(cut.reason, "Truncated")
        assert.include(cut.message, "too early")
        assert.deepStrictEqual(left(), [])
      })
    ))

  it.effect("stops at a bound, which a small file may well reach", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const path = join(directory, "bomb.gz")
        writeFileSync(path, gzipSync(Buffer.alloc(20_000_000)))
        const bomb = yield* failure(Effect.scoped(gunzip(path, directory, 1_000_000)))
        assert.strictEqual(bomb.reason, "TooLarge")
        assert.deepStrictEqual(readdirSync(directory), ["bomb.gz"])
      })
    ))

  it.effect("reads a stream, packed or not, in pieces of any size", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        for (const bytes of [gzipped, Buffer.from(`${contacts}z@b.c\n`)]) {
          const pieces = Stream.fromIterable(bytes).pipe(
            Stream.map((byte) => Uint8Array.of(byte)),
            Stream.take(3),
            Stream.concat(Stream.make(Uint8Array.from(bytes.subarray(3)))),
          )
          const source = yield* spooling(directory, Source.stream(pieces))
          assert.strictEqual(yield* text(source), `${contacts}z@b.c\n`)
        }
        const empty = yield* spooling(directory, Source.stream(Stream.empty))
        assert.strictEqual(empty.size, 0)
      })
    ))

  it.effect("fails with the error of a stream that breaks, and leaves nothing", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const broken = Stream.concat(Stream.make(Uint8Array.of(1, 2, 3)), Stream.fail("broken"))
        const exit = yield* Effect.exit(
          Effect.scoped(spooling(directory, Source.stream(broken))),
        )
        assert.deepStrictEqual(exit, Exit.fail("broken"))
        assert.deepStrictEqual(readdirSync(directory), [])
      })
    ))

  it.effect("says what to do where there is no directory for it", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const path = join(directory, "crm.csv.gz")
        writeFileSync(path, gzipped)
        const error = yield* failure(Source.file(path))
        assert.strictEqual(error.reason, "Compressed")
        assert.include(error.message, "Unpack it")
      })
    ))

  it.effect("removes what a process left that was killed, and not what a living one has", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const { pid } = spawnSync(process.execPath, ["--version"])
        writeFileSync(join(directory, `.np6-spool-${pid}-x`), contacts)
        writeFileSync(join(directory, `.np6-spool-${pid}-y.part`), contacts)
        writeFileSync(join(directory, `.np6-spool-${process.pid}-z`), contacts)
        writeFileSync(join(directory, "other.csv"), contacts)
        yield* Effect.scoped(spooling(directory, Source.stream(Stream.empty)))
        assert.deepStrictEqual(readdirSync(directory), [
          `.np6-spool-${process.pid}-z`,
          "other.csv",
        ])
      })
    ))
})
