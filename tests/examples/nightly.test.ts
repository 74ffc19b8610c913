import { assert, describe, it } from "@effect/vitest"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, type Scope, Stream } from "effect"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import process from "node:process"
import { encode } from "../harness/files.ts"
import {
  copyExample,
  isDeno,
  makeProject,
  patience,
  type ProgramOptions,
  runProgram,
  runsPrograms,
  sandboxEnvironment,
  start,
} from "../harness/processes.ts"

const allow = ["net=127.0.0.1", "env", "read", "write"]

/** A project with the example, a file to read unless it has to be missing, and a sandbox. */
const prepare = (file: Uint8Array | string | undefined) =>
  Effect.gen(function* () {
    const env = yield* sandboxEnvironment
    const project = yield* makeProject
    yield* copyExample(project, "nightly.ts")
    if (file !== undefined) {
      yield* Effect.promise(() => writeFile(join(project, "contacts.csv"), file))
    }
    return {
      project,
      options: { allow, env },
      rejects: Effect.promise(async () => {
        const text = await readFile(join(project, "rejects.ndjson"), "utf8").catch(() => undefined)
        return text?.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
      }),
    }
  })

/** Runs the example over a file. */
const nightly = (file: Uint8Array | string | undefined, changed: ProgramOptions = {}) =>
  Effect.gen(function* () {
    const { options, project, rejects } = yield* prepare(file)
    const env = { ...options.env, ...changed.env }
    const ended = yield* runProgram(project, "nightly.ts", { ...options, ...changed, env })

    return { ...ended, rejects: yield* rejects }
  })

const contacts = (count: number): string =>
  ["email,title,name", ...Array.from({ length: count }, (_, n) => `c${n}@example.com,Mr,Doe`)]
    .join("\n")

/** The targets of the newsletter, by their address. */
const members = Effect.gen(function* () {
  const { targets } = yield* (yield* Sandbox).state
  return new Map(
    targets.filter(({ segments }) => segments.includes(12345))
      .map(({ fields }) => [fields[8103], fields]),
  )
})

const requests = Effect.flatMap(Sandbox, ({ requests }) => requests)

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox | Scope.Scope>) =>
  it.live.skipIf(!runsPrograms)(
    name,
    () => effect.pipe(Effect.scoped, Effect.provide(Sandbox.layer)),
    patience,
  )

describe("examples/nightly.ts", () => {
  test(
    "reads what a spreadsheet saves, and writes the line and the reason of each row that fails",
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.script({ skip: 3, times: 2, fault: Fault.reset({ applied: true }) })
      const lines = [
        "email;title;name",
        "zoé@example.com;Mrs;Lefèvre",
        "",
        "ragged@example.com;Mr;Doe;and more",
        "nolabel@example.com;Dr;Who",
        "empty@example.com;;",
        ";Mr;Nobody",
        '"quoted@example.com";Mr;"Doe; ""Joe"""',
        ...Array.from({ length: 50 }, (_, n) => `c${n}@example.com;Mr;François`),
        "",
      ]
      const { code, output, rejects } = yield* nightly(encode(lines.join("\r\n"), "windows-1252"))

      assert.strictEqual(code, 1)
      assert.include(output, `contacts.csv: windows-1252, ";" between cells`)
      assert.include(output, "3 rows failed, 0 weren't tried: see rejects.ndjson")
      const written = yield* members
      assert.strictEqual(written.size, 53)
      assert.deepStrictEqual(written.get("zoé@example.com"), {
        8101: "Mrs",
        8102: "Lefèvre",
        8103: "zoé@example.com",
      })
      assert.deepStrictEqual(written.get("empty@example.com"), { 8103: "empty@example.com" })
      assert.propertyVal(written.get("quoted@example.com"), "8102", `Doe; "Joe"`)
      assert.sameMembers(rejects?.map(({ line }) => line) ?? [], [4, 5, 7])
      assert.notInclude(JSON.stringify(rejects), "example.com")
      assert.notInclude(output, "example.com")
    }),
  )

  test(
    "done twice changes nothing, and ends with 0",
    Effect.gen(function* () {
      const { options, project, rejects } = yield* prepare(contacts(40))
      for (const _ of ["first", "second"]) {
        const { code, output } = yield* runProgram(project, "nightly.ts", options)
        assert.strictEqual(code, 0)
        assert.match(output, /40 in \d+s, /)
        assert.strictEqual((yield* members).size, 40)
        assert.deepStrictEqual(yield* rejects, [])
      }
    }),
  )

  const unusable: ReadonlyArray<
    readonly [name: string, file: Uint8Array | string | undefined, message: string]
  > = [
    ["a missing file", undefined, "There is no such file. Check its path: contacts.csv"],
    ["an empty file", "", "The file is empty. There is nothing to import."],
    ["a spreadsheet", new Uint8Array([0x50, 0x4b, 3, 4, 0]), "This is a spreadsheet"],
  ]
  for (const [name, file, message] of unusable) {
    test(
      `ends with 1 and what to do about ${name}, before anything is sent`,
      Effect.gen(function* () {
        const { code, output, rejects } = yield* nightly(file)
        assert.strictEqual(code, 1)
        assert.include(output, message)
        assert.notInclude(output, "    at ")
        assert.isUndefined(rejects)
        assert.deepStrictEqual(yield* requests, [])
      }),
    )
  }

  test(
    "ends with 1 at a key that NP6 refuses, and accounts for each row that it took",
    Effect.gen(function* () {
      const { code, output, rejects } = yield* nightly(contacts(200), {
        env: { NP6_API_KEY: "wrong" },
      })
      assert.strictEqual(code, 1)
      assert.include(output, "NP6 doesn't accept the API key")
      assert.isAtMost((yield* requests).length, 17)
      assert.isAbove(rejects?.length ?? 0, 0)
      for (const reject of rejects ?? []) assert.propertyVal(reject, "_tag", "NotTried")
      assert.notInclude(output, "wrong")
    }),
  )

  test(
    "ends with 1 without a key",
    Effect.gen(function* () {
      const { code, output } = yield* nightly(contacts(1), { env: { NP6_API_KEY: "" } })
      assert.strictEqual(code, 1)
      assert.include(output, "NP6_API_KEY")
      assert.notInclude(output, "    at ")
    }),
  )

  // Windows has no signals that a program could hear.
  if (process.platform !== "win32") {
    test(
      "ends gently at SIGINT: what was sent is waited for, and what was taken is in the rejects",
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        yield* sandbox.script({ times: Infinity, fault: Fault.latency("50 millis") })
        const { options, project, rejects } = yield* prepare(contacts(5_000))
        const { ended, kill } = yield* start(project, "nightly.ts", options)
        yield* sandbox.ended.pipe(Stream.take(40), Stream.runDrain)
        yield* kill("SIGINT")
        const { code, output } = yield* ended
        assert.strictEqual(code, 1)
        assert.match(output, /0 rows failed, [1-9]\d* weren't tried/)
        const notTried = yield* rejects
        assert.isAbove(notTried?.length ?? 0, 0)
        for (const reject of notTried ?? []) assert.propertyVal(reject, "_tag", "NotTried")
        for (const { status } of yield* requests) assert.isDefined(status)
        // Line 1 is the header: what comes before the first that wasn't tried is done.
        const first = Math.min(...(notTried ?? []).map(({ line }) => line))
        assert.isAtLeast((yield* members).size, first - 2)
      }),
    )
  }

  if (isDeno) {
    const missing: ReadonlyArray<readonly [what: string, message: string]> = [
      ["net", "Run it with --allow-net"],
      ["env", "Under Deno, allow it with --allow-env"],
      ["read", "The file may not be read. Check its permissions"],
      ["write", "No rejects: NotCapable"],
    ]
    for (const [what, message] of missing) {
      test(
        `ends with 1 without Deno's permission --allow-${what}`,
        Effect.gen(function* () {
          const { code, output, rejects } = yield* nightly(contacts(3), {
            allow: allow.filter((each) => !each.startsWith(what)),
          })
          assert.strictEqual(code, 1)
          assert.include(output + JSON.stringify(rejects), message)
          assert.deepStrictEqual(yield* requests, [])
        }),
      )
    }
  }
})
