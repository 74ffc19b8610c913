import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { type ProgramOptions, start } from "../harness/program.ts"

/** Runs in a process of its own, with a scope for it. */
const test = (name: string, effect: Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(name, () => Effect.scoped(effect))

const sandbox = (args: ReadonlyArray<string>, options?: ProgramOptions) =>
  start("scripts/sandbox.ts", args, options)

/** Starts the sandbox with `--json`, and reads where it is. */
const listening = (args: ReadonlyArray<string>, options?: ProgramOptions) =>
  Effect.gen(function* () {
    const program = yield* sandbox(["--json", ...args], options)
    const line = yield* program.line
    const address: { url: string; key: string; readOnlyKey: string } = JSON.parse(line ?? "")
    return { ...program, ...address }
  })

const fetched = (url: string, init?: RequestInit) =>
  Effect.promise(async () => {
    const response = await fetch(url, init)
    return { status: response.status, text: await response.text() }
  })

const isGone = (url: string) =>
  Effect.promise(() => fetch(url).then((response) => response.text()).then(() => false, () => true))

/** How a program ended that doesn't serve. */
const refused = (args: ReadonlyArray<string>) => Effect.flatMap(sandbox(args), ({ ended }) => ended)

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "sandbox-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true })),
)

const seed = `{ "targets": [{ "fields": { "8103": "jane@example.com" } }] }`

describe("deno task sandbox", () => {
  test(
    "--help: names every option, and starts nothing",
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* refused(["--help"])
      assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
      for (
        const option of [
          "port",
          "seed",
          "host",
          "allow-host",
          "json",
          "quiet",
          "verbose",
          "exit-with-stdin",
          "help",
        ]
      ) assert.match(stdout, new RegExp(`^  --${option}\\b`, "m"))
    }),
  )

  test(
    "--json: prints URL and keys on the first line, which work, and nothing after it",
    Effect.gen(function* () {
      const { ended, key, process, readOnlyKey, url } = yield* listening([])
      const targets = `${url}/targets`
      assert.strictEqual((yield* fetched(targets, { headers: { "X-Key": key } })).status, 200)
      const init = { headers: { "X-Key": readOnlyKey }, method: "DELETE" }
      assert.strictEqual((yield* fetched(`${targets}/000MLGPR`, init)).status, 403)
      process.kill()
      assert.strictEqual((yield* ended).stdout.trim().split("\n").length, 1)
    }),
  )

  test(
    "prints a line for each request",
    Effect.gen(function* () {
      const { line } = yield* sandbox([])
      const url = (yield* line)?.replace(/.* /, "") ?? ""
      yield* fetched(`${url}/targets?unicity=jane@example.com`)
      yield* Effect.repeat(line, { until: (text) => text?.startsWith("Stop it") ?? true })
      assert.strictEqual(yield* line, "")
      assert.match(
        String(yield* line),
        /^GET {4}\/targets\?unicity=… {2}401 {2}no key {2}\d+ ms {2}there is no X-Key$/,
      )
    }),
  )

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(
      `${signal}: ends it, also while a request hangs`,
      Effect.gen(function* () {
        const { ended, key, process: child, url } = yield* listening([])
        const headers = { "X-Key": key, "x-sandbox-fault": "hang" }
        const pending = fetch(`${url}/targets`, { headers }).then(() => false, () => true)
        yield* fetched(`${url}/_sandbox/requests?wait=60000`)
        // `child.kill` of Deno reports each end after it as that of the signal.
        process.kill(child.pid ?? 0, signal)
        const { code, stderr } = yield* ended
        assert.isTrue(yield* Effect.promise(() => pending))
        assert.isTrue(yield* isGone(url))
        // Windows has no signals: a program is ended at once.
        if (process.platform !== "win32") {
          assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
        }
      }),
    )
  }

  test(
    "--exit-with-stdin: ends with the program that holds its standard input, and not before",
    Effect.gen(function* () {
      const { ended, process, url } = yield* listening(["--exit-with-stdin"])
      process.stdin.write("ignored\n")
      assert.strictEqual((yield* fetched(`${url}/_sandbox/health`)).status, 200)
      process.stdin.end()
      assert.strictEqual((yield* ended).code, 0)
    }),
  )

  test(
    "goes on when its standard input ends, where nothing else is asked for",
    Effect.gen(function* () {
      const { process, url } = yield* listening([])
      process.stdin.end()
      yield* fetched(`${url}/_sandbox/health`)
      assert.strictEqual((yield* fetched(`${url}/_sandbox/health`)).status, 200)
    }),
  )

  test(
    "goes on when nobody reads its lines any longer",
    Effect.gen(function* () {
      const { line, process } = yield* sandbox([])
      const url = (yield* line)?.replace(/.* /, "") ?? ""
      process.stdout.destroy()
      for (let request = 0; request < 5; request++) {
        assert.strictEqual((yield* fetched(`${url}/targets`)).status, 401)
      }
    }),
  )

  test(
    "--seed: is the caller's file, from the folder in which the task was run",
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.promise(() => writeFile(join(path, "seed.json"), seed))
      for (
        const [file, options] of [
          ["seed.json", { env: { INIT_CWD: path } }],
          ["seed.json", { cwd: path, env: { INIT_CWD: "" } }],
          [join(path, "seed.json"), {}],
        ] as const
      ) {
        const { key, url } = yield* listening(["--seed", file], options)
        const { text } = yield* fetched(`${url}/targets`, { headers: { "X-Key": key } })
        assert.include(text, "jane@example.com")
      }
    }),
  )

  test(
    "--seed: says where a file is wrong, or that it isn't there",
    Effect.gen(function* () {
      const path = join(yield* folder, "seed.json")
      yield* Effect.promise(() => writeFile(path, `{\n  "targets": [\n    { "field": {} }\n  ]\n}`))
      const wrong = yield* refused(["--seed", path])
      assert.deepInclude(wrong, { code: 1, stdout: "" })
      assert.include(wrong.stderr, path)
      assert.match(wrong.stderr, /targets\[0\]\.field: .*\(line 3, column 16\)$/m)
      const missing = yield* refused(["--seed", `${path}.not`])
      assert.deepInclude(missing, { code: 1, stdout: "" })
      assert.match(missing.stderr, /^Cannot read the seed: .*seed\.json\.not/)
    }),
  )

  test(
    "--port: is the port, and one in use is an error",
    Effect.gen(function* () {
      const { url } = yield* listening([])
      const { port } = new URL(url)
      const second = yield* refused(["--port", port])
      assert.deepInclude(second, { code: 1, stdout: "" })
      assert.include(second.stderr, port)
    }),
  )

  test(
    "--host: listens elsewhere, and tells an address that can be reached",
    Effect.gen(function* () {
      const { url } = yield* listening(["--host", "0.0.0.0"])
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.strictEqual((yield* fetched(`${url}/_sandbox/health`)).status, 200)
    }),
  )

  test(
    "--allow-host: is a name for the control routes, which others may not have",
    Effect.gen(function* () {
      const { url } = yield* listening(["--allow-host", "np6", "--allow-host", "np6.test"])
      const statusAs = (host: string) =>
        Effect.promise(async () => {
          const { request } = await import("node:http")
          return await new Promise((resolve, reject) => {
            request(`${url}/_sandbox/health`, { headers: { host } }, (response) => {
              response.resume()
              resolve(response.statusCode)
            }).once("error", reject).end()
          })
        })
      assert.strictEqual(yield* statusAs("np6:8080"), 200)
      assert.strictEqual(yield* statusAs("NP6.test"), 200)
      assert.strictEqual(yield* statusAs("elsewhere.test"), 403)
    }),
  )

  for (
    const args of [
      ["--port", "65536"],
      ["--port=-1"],
      ["--seeds", "x"],
      ["stray"],
      ["--json", "--verbose"],
    ]
  ) {
    test(
      `${args.join(" ")}: is refused, with a way to the help`,
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* refused(args)
        assert.deepStrictEqual({ code, stdout }, { code: 2, stdout: "" })
        assert.match(stderr, /^Try: deno task sandbox --help$/m)
        assert.notInclude(stderr, "    at ")
      }),
    )
  }
})
