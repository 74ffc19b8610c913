import { assert, describe, it } from "@effect/vitest"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, type Scope, Stream } from "effect"
import { chmod, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { encode, inTemporaryDirectory } from "../harness/files.ts"
import {
  hasSqlite,
  patience,
  runProgram,
  runsPrograms,
  sandboxEnvironment,
  start,
} from "../harness/processes.ts"

const runs = runsPrograms && hasSqlite

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const allow = ["net=127.0.0.1", "env", "read", "write", "sys=homedir"]

interface Files {
  readonly [name: string]: string | Uint8Array
}

/** A directory with files, and `np6` run in it against a sandbox. */
class Desk {
  readonly directory: string
  readonly env: Readonly<Record<string, string>>

  constructor(directory: string, env: Readonly<Record<string, string>>) {
    this.directory = directory
    this.env = env
  }

  np6(args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) {
    return runProgram(this.directory, main, { args, allow, env: { ...this.env, ...env } })
  }

  start(args: ReadonlyArray<string>) {
    return start(this.directory, main, { args, allow, env: this.env })
  }

  read(name: string): Effect.Effect<string> {
    return Effect.promise(() => readFile(join(this.directory, name), "utf8"))
  }
}

const np6 = (
  name: string,
  files: Files,
  test: (desk: Desk) => Effect.Effect<void, never, Sandbox | Scope.Scope>,
): void =>
  it.live.skipIf(!runs)(
    name,
    () =>
      inTemporaryDirectory((directory) =>
        Effect.gen(function* () {
          for (const [name, content] of Object.entries(files)) {
            yield* Effect.promise(() => writeFile(join(directory, name), content))
          }
          const env = { ...yield* sandboxEnvironment, XDG_STATE_HOME: join(directory, "state") }
          yield* test(new Desk(directory, env))
        }).pipe(Effect.scoped)
      ).pipe(Effect.provide(Sandbox.layer)),
    patience,
  )

const contacts = Effect.gen(function* () {
  const { targets } = yield* (yield* Sandbox).state
  return new Map(targets.map((target) => [String(target.fields["8103"]), target]))
})

const csv = "Email,Last name,Orders\na@example.com,A,1\nb@example.com,B,2\n"

/** What is typed, and how it ends: the exit code, and what is said. */
const usages: ReadonlyArray<
  readonly [name: string, args: ReadonlyArray<string>, code: number, said: string]
> = [
  ["nothing", [], 2, "Usage: np6 <command>"],
  ["--help", ["--help"], 0, "Usage: np6 <command>"],
  ["--version", ["--version"], 0, "."],
  ["the help of a command", ["import", "--help"], 0, "--max-rejects N|N%"],
  ["an unknown command", ["exprot"], 2, 'Is it "export"?'],
  ["half a command", ["segment"], 2, "segment add, segment remove"],
  ["an unknown flag", ["import", "x.csv", "--segmnt", "1"], 2, "Is it --segment?"],
  ["a flag without its value", ["import", "x.csv", "--segment"], 2, "Try: np6 import --help"],
  ["no file", ["import"], 2, "np6 import contacts.csv"],
  ["a missing file", ["import", "no.csv"], 2, "There is no such file"],
  ["a wrong choice", ["import", "c.csv", "--dates", "ymd"], 2, "--dates is one of iso, dmy, mdy"],
  ["days that are none", ["import", "c.csv", "--changed-only", "--refresh-after", "x"], 2, "30d"],
  ["a store that isn't SQLite", ["import", "c.csv", "--store", "x"], 2, "sqlite:FILE"],
  ["an unknown segment", ["import", "c.csv", "--segment", "Newsleter"], 2, "Newsletter"],
  ["an unknown column", ["import", "unknown.csv"], 2, '--map "E-mail=Email"'],
  ["too many rejects", ["import", "bad.csv", "--max-rejects", "0"], 5, "Nothing was sent"],
  ["a deletion that nobody confirms", ["delete", "a@example.com"], 2, "--yes --max N"],
  ["a deletion of more than --max", ["delete", "a", "b", "--yes", "--max", "1"], 5, "--max 1"],
  ["a deletion without --max", ["delete", "a", "b", "--yes"], 2, "--max N"],
  ["a contact without a name", ["upsert"], 2, "np6 upsert jane@example.com"],
]

describe("np6", () => {
  const files = { "c.csv": csv, "unknown.csv": "E-mail\na@b.c\n", "bad.csv": "Email\nbad\n" }
  for (const [name, args, code, said] of usages) {
    np6(
      `${name}: ends with ${code}, and changes nothing`,
      files,
      (desk) =>
        Effect.gen(function* () {
          const ended = yield* desk.np6(args)
          assert.include(ended.output, said)
          assert.strictEqual(ended.code, code, ended.output)
          const requests = yield* (yield* Sandbox).requests
          assert.isTrue(requests.every(({ method }) => method === "GET"))
        }),
    )
  }

  np6(
    "ends with 4 when the key is refused, and never shows it",
    {},
    (desk) =>
      Effect.gen(function* () {
        const ended = yield* desk.np6(["fields"], { NP6_API_KEY: "wrong-canary" })
        assert.strictEqual(ended.code, 4)
        assert.notInclude(ended.output, "canary")
      }),
  )

  np6(
    "takes the key from a file that nobody else may read, or from a command",
    {},
    (desk) =>
      Effect.gen(function* () {
        const { NP6_API_KEY: key = "" } = desk.env
        const path = join(desk.directory, "key")
        yield* Effect.promise(() => writeFile(path, `${key}\n`, { mode: 0o644 }))
        const open = yield* desk.np6(["fields"], { NP6_API_KEY: "", NP6_API_KEY_FILE: path })
        assert.strictEqual(open.code, 2)
        assert.include(open.output, "chmod 600")
        yield* Effect.promise(() => chmod(path, 0o600))
        const closed = yield* desk.np6(["fields"], { NP6_API_KEY: "", NP6_API_KEY_FILE: path })
        assert.strictEqual(closed.code, 0, closed.output)
        const none = yield* desk.np6(["fields"], { NP6_API_KEY: "" })
        assert.strictEqual(none.code, 2)
        assert.include(none.output, "NP6_API_KEY_COMMAND")
      }),
  )

  np6("fields, segments, doctor, model: read the account", {}, (desk) =>
    Effect.gen(function* () {
      const said = {
        fields: "tells contacts apart",
        segments: "Newsletter",
        doctor: "accepted",
        model: "TargetModel.text(8103)",
      }
      for (const [command, text] of Object.entries(said)) {
        const ended = yield* desk.np6([command])
        assert.strictEqual(ended.code, 0, ended.output)
        assert.include(ended.output, text)
      }
      const json = JSON.parse((yield* desk.np6(["segments", "--json"])).output)
      assert.strictEqual(json[0].id, 12345)
    }))
})

describe("np6 import", () => {
  const french = "Email;Last name;Civility;Birthday;Orders\r\n" +
    "zoé@example.com;Zoé;Mrs;25/11/1980;12,5\r\n" +
    "bad;X;Mr;;\r\n" +
    "john@example.com;John;Mister;;3\r\n"
  const options = ["--dates", "dmy", "--decimal", ","]

  np6(
    "imports a French spreadsheet, and its rejects once they are corrected",
    { "crm.csv": encode(french, "windows-1252") },
    (desk) =>
      Effect.gen(function* () {
        const first = yield* desk.np6(["import", "crm.csv", "--segment", "Newsletter", ...options])
        assert.strictEqual(first.code, 3, first.output)
        assert.include(first.output, "2 rejected: see crm.csv.rejects.csv")
        const zoe = (yield* contacts).get("zoé@example.com")
        assert.deepInclude(zoe?.fields, { "8102": "Zoé", "8106": 12.5 })
        assert.deepStrictEqual(zoe?.segments, [12345])
        const rejects = join(desk.directory, "crm.csv.rejects.csv")
        assert.strictEqual((yield* Effect.promise(() => stat(rejects))).mode & 0o777, 0o600)
        const text = yield* desk.read("crm.csv.rejects.csv")
        const corrected = text.replace("bad;", "good@example.com;").replace(";Mister;", ";Mr;")
        yield* Effect.promise(() => writeFile(rejects, corrected))
        const second = yield* desk.np6(["import", rejects, ...options, "--json", "--quiet"])
        assert.strictEqual(second.code, 0, second.output)
        assert.deepInclude(JSON.parse(second.output), {
          end: "complete",
          rows: 2,
          done: 2,
          open: 0,
        })
        assert.deepStrictEqual(
          [...(yield* contacts).keys()].sort(),
          ["good@example.com", "john@example.com", "zoé@example.com"],
        )
      }),
  )

  np6(
    "--dry-run: checks everything, and sends nothing",
    { "c.csv": csv },
    (desk) =>
      Effect.gen(function* () {
        const ended = yield* desk.np6(["import", "c.csv", "--dry-run"])
        assert.strictEqual(ended.code, 0, ended.output)
        assert.include(ended.output, "2 rows, utf-8")
        assert.strictEqual((yield* contacts).size, 0)
      }),
  )

  np6(
    "--changed-only: sends what changed since the last run",
    { "c.csv": csv },
    (desk) =>
      Effect.gen(function* () {
        const run = desk.np6(["import", "c.csv", "--changed-only", "--json", "--quiet"])
        assert.deepInclude(JSON.parse((yield* run).output), { done: 2, unchanged: 0 })
        assert.deepInclude(JSON.parse((yield* run).output), { done: 0, unchanged: 2 })
        yield* Effect.promise(() =>
          writeFile(join(desk.directory, "c.csv"), `${csv}c@example.com,,\n`)
        )
        assert.deepInclude(JSON.parse((yield* run).output), { done: 1, unchanged: 2, open: 0 })
      }),
  )

  const long = "Email\n" +
    Array.from({ length: 1_500 }, (_, n) => `contact.${n}@example.com\n`).join("")

  np6(
    "stops at Ctrl+C, and the same command goes on without a repeat",
    { "c.csv": long },
    (desk) =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const running = yield* desk.start(["import", "c.csv"])
        yield* sandbox.ended.pipe(Stream.take(200), Stream.runDrain)
        yield* running.kill("SIGINT")
        const stopped = yield* running.ended
        assert.strictEqual(stopped.code, 130, stopped.output)
        assert.include(stopped.output, "Run the same command again")
        const again = yield* desk.np6(["import", "c.csv"])
        assert.strictEqual(again.code, 0, again.output)
        assert.include(again.output, "It goes on.")
        const requests = yield* sandbox.requests
        assert.strictEqual(requests.filter(({ method }) => method === "PUT").length, 1_500)
      }),
  )

  np6(
    "pauses with 4 at a refused key, keeps no address, and goes on",
    { "c.csv": long },
    (desk) =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        yield* sandbox.script({
          on: { operation: "targets.upsert" },
          skip: 100,
          times: Infinity,
          fault: Fault.status(401),
        })
        const paused = yield* desk.np6(["import", "c.csv"])
        assert.strictEqual(paused.code, 4, paused.output)
        assert.include(paused.output, "run the same command again")
        const kept = yield* Effect.promise(() =>
          readFile(join(desk.directory, "state", "np6", "imports.db"), "latin1")
        )
        assert.notInclude(kept, "contact.")
        // The key is accepted again.
        yield* sandbox.reset
        const again = yield* desk.np6(["import", "c.csv"])
        assert.strictEqual(again.code, 0, again.output)
      }),
  )
})

describe("np6 erase", () => {
  np6(
    "finds every spelling of an address, and leaves a receipt without any",
    { "who.txt": "Ann@Example.com\nnobody@example.com\n" },
    (desk) =>
      Effect.gen(function* () {
        for (const address of ["ann@example.com", "ANN@EXAMPLE.COM", "other@example.com"]) {
          const made = yield* desk.np6(["upsert", address, "Last name=Doe"])
          assert.strictEqual(made.code, 0, made.output)
        }
        const ended = yield* desk.np6(
          ["erase", "--file", "who.txt", "--yes", "--max", "5", "--receipt", "receipt.json"],
        )
        assert.strictEqual(ended.code, 0, ended.output)
        assert.deepStrictEqual([...(yield* contacts).keys()], ["other@example.com"])
        const receipt = yield* desk.read("receipt.json")
        assert.notMatch(receipt, /ann|@/i)
        assert.strictEqual(JSON.parse(receipt).erased.length, 2)
      }),
  )
})

describe("np6 export, diff, segment, get, delete", () => {
  np6("work on what was imported", { "c.csv": csv }, (desk) =>
    Effect.gen(function* () {
      yield* desk.np6(["import", "c.csv"])
      const lines = (yield* desk.np6(["export", "--quiet"])).output.trim().split("\n")
      assert.deepStrictEqual(
        lines.map((line) => JSON.parse(line).fields["8103"]),
        ["a@example.com", "b@example.com"],
      )
      const table = (yield* desk.np6(["export", "--format", "csv", "--quiet"])).output
      assert.match(table, /^id,created,updated,Email\n\w+,\d{4}-/)
      assert.strictEqual((yield* desk.np6(["diff", "c.csv", "--exit-code"])).code, 0)
      const added = yield* desk.np6(["segment", "add", "Newsletter", "a@example.com", "no@b.c"])
      assert.strictEqual(added.code, 3, added.output)
      assert.deepStrictEqual((yield* contacts).get("a@example.com")?.segments, [12345])
      const removed = yield* desk.np6(["segment", "remove", "12345", "a@example.com"])
      assert.strictEqual(removed.code, 0, removed.output)
      const got = yield* desk.np6(["get", "a@example.com"])
      assert.strictEqual(JSON.parse(got.output).fields["8102"], "A")
      const gone = yield* desk.np6(["delete", "a@example.com", "--yes", "--json", "--quiet"])
      assert.deepInclude(JSON.parse(gone.output), { deleted: 1, failed: 0 })
      assert.strictEqual((yield* desk.np6(["diff", "c.csv", "--exit-code"])).code, 8)
    }))
})
