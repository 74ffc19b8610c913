import { assert, describe, it } from "@effect/vitest"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Fiber, Stream } from "effect"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  copyExample,
  hasSqlite,
  makeProject,
  patience,
  runProgram,
  runsPrograms,
  sandboxEnvironment,
  start,
} from "../harness/processes.ts"

const runs = runsPrograms && hasSqlite

const allow = ["net=127.0.0.1", "env", "read", "write"]

const prepare = (file: string | undefined) =>
  Effect.gen(function* () {
    const env = yield* sandboxEnvironment
    const project = yield* makeProject
    yield* copyExample(project, "import.ts")
    if (file !== undefined) {
      yield* Effect.promise(() => writeFile(join(project, "contacts.csv"), file))
    }
    return { project, options: { allow, env } }
  })

/** Lets a process that died keep its chunk for a second only. */
const shortenLeases = (project: string) =>
  Effect.promise(async () => {
    const path = join(project, "import.ts")
    const text = await readFile(path, "utf8")
    const changed = text.replace("Import.layer.pipe(", "short.pipe(") +
      'const short = Import.layerWith({ lease: "1 second", settle: "1 second" })\n'
    // Above its use.
    const [head = "", tail = ""] = changed.split("\nconst live")
    await writeFile(
      path,
      `${head}\n${tail.slice(tail.indexOf("const short"))}const live${
        tail.slice(0, tail.indexOf("const short"))
      }`,
    )
  })

const members = Effect.gen(function* () {
  const { targets } = yield* (yield* Sandbox).state
  return new Map(
    targets.filter(({ segments }) => segments.includes(12345))
      .map(({ fields }) => [String(fields["8103"]), fields]),
  )
})

const bad = [7, 123, 1_200]
const rowOf = (n: number): string =>
  bad.includes(n)
    ? `contact.${n}@example.com,Name ${n},many`
    : `contact.${n}@example.com,Name ${n},${n}`
const rows = 1_500
const repeated = 40
const file = [
  "Email;Last name;Orders".replaceAll(";", ","),
  ...Array.from({ length: rows }, (_, n) => rowOf(n)),
  // Later rows of contacts that stand above: the last one wins.
  ...Array.from(
    { length: repeated * 2 },
    (_, n) => `contact.${200 + n % repeated}@example.com,,${10_000 + n}`,
  ),
  "",
].join("\n")

describe("examples/import.ts", () => {
  it.live.skipIf(!runs)(
    "is killed again and again, and imports every row",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const { options, project } = yield* prepare(file)
        yield* shortenLeases(project)
        const faults = [
          Fault.reset({ applied: true }),
          Fault.status(503),
          Fault.reset({ applied: false }),
        ]
        yield* sandbox.script(
          ...faults.map((fault, n) => ({ skip: 100 + 150 * n, times: 3, fault })),
        )
        // After so many requests of each process.
        for (const requests of [3, 170, 411, 605]) {
          const enough = yield* Effect.forkChild(
            sandbox.ended.pipe(Stream.take(requests), Stream.runDrain),
          )
          const running = yield* start(project, "import.ts", options)
          yield* Effect.race(Fiber.await(enough), running.ended)
          yield* running.kill("SIGKILL").pipe(Effect.ignoreCause)
          yield* running.ended
        }
        const ended = yield* runProgram(project, "import.ts", options)
        assert.include(ended.output, `complete: ${rows + repeated * 2 - bad.length} of `)
        assert.include(ended.output, `${bad.length} rejected, 0 open`)
        assert.strictEqual(ended.code, 0)
        assert.strictEqual(ended.output.match(/line \d+: Orders/g)?.length, bad.length)
        const found = yield* members
        assert.strictEqual(found.size, rows - bad.length)
        for (let n = 0; n < rows; n++) {
          if (bad.includes(n)) continue
          const isRepeated = n >= 200 && n < 200 + repeated
          const fields = found.get(`contact.${n}@example.com`)
          assert.strictEqual(fields?.["8102"], `Name ${n}`)
          assert.strictEqual(fields?.["8106"], isRepeated ? 10_000 + repeated + n - 200 : n, `${n}`)
        }
      }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)),
    patience,
  )

  it.live.skipIf(!runs)(
    "ends gently at a signal, and finishes no row twice",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const { options, project } = yield* prepare(file)
        const running = yield* start(project, "import.ts", options)
        yield* sandbox.ended.pipe(Stream.take(300), Stream.runDrain)
        yield* running.kill("SIGTERM")
        const stopped = yield* running.ended
        assert.include(stopped.output, "stopped")
        assert.strictEqual(stopped.code, 1)
        const ended = yield* runProgram(project, "import.ts", options)
        assert.strictEqual(ended.code, 0, ended.output)
        const requests = yield* sandbox.requests
        const sent = (wanted: string) => requests.filter(({ method }) => method === wanted).length
        const expected = rows + repeated * 2 - bad.length
        assert.strictEqual(sent("POST"), expected)
        // A row that was stopped between its two requests begins anew.
        assert.isAtMost(sent("PUT") - expected, 16)
      }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)),
    patience,
  )

  const problems = [
    ["no file", undefined, "There is no such file"],
    ["an empty file", "", "The file is empty"],
    ["a spreadsheet", "PK\u0003\u0004", "CSV UTF-8"],
    ["an unknown column", "Email,Shoe size\na@b.c,42\n", "Shoe size"],
    ["no unicity", "Last name\nDoe\n", "Email"],
  ] as const
  for (const [name, text, message] of problems) {
    it.live.skipIf(!runs)(
      `says what to do about ${name}, and sends nothing`,
      () =>
        Effect.gen(function* () {
          const { options, project } = yield* prepare(text)
          const ended = yield* runProgram(project, "import.ts", options)
          assert.include(ended.output, message)
          assert.strictEqual(ended.code, 1)
          const requests = yield* (yield* Sandbox).requests
          assert.isTrue(requests.every(({ method }) => method === "GET"))
        }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)),
      patience,
    )
  }
})
