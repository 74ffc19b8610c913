import { assert, describe, it } from "@effect/vitest"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { serveOnTerminal, type TerminalOptions } from "../../src/sandbox/terminal.ts"
import { call } from "../harness/sandboxCalls.ts"
import { nextTurn } from "../harness/time.ts"

interface Terminal {
  readonly url: string
  /** What is on the terminal below the welcome. */
  readonly shown: Effect.Effect<ReadonlyArray<string>>
  readonly welcome: string
}

/** Serves the test's sandbox on a terminal that remembers. */
const served = (options: Partial<TerminalOptions> = {}) =>
  Effect.gen(function* () {
    let output = ""
    yield* Effect.forkScoped(serveOnTerminal({
      shows: "requests",
      isDefault: true,
      ...options,
      write: (text) => output += text,
    }))
    yield* Effect.repeat(nextTurn, { until: () => output !== "" })
    const welcome = output
    const shown = Effect.gen(function* () {
      for (let turn = 0; turn < 10; turn++) yield* nextTurn
      const below = output.slice(welcome.length)
      return below === "" ? [] : below.trimEnd().split("\n")
    })
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(welcome)?.[0] ?? ""
    return { url, shown, welcome } satisfies Terminal
  })

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox>) =>
  it.effect(name, () => Effect.provide(effect, Sandbox.layer))

/** What a terminal shows of some requests. */
const linesOf = (
  options: Partial<TerminalOptions>,
  requests: Effect.Effect<unknown, unknown, Sandbox>,
) =>
  Effect.scoped(Effect.gen(function* () {
    const { shown } = yield* served(options)
    yield* requests
    return yield* shown
  }))

const jane = { json: { 8103: "jane@example.com", 8102: "Doe\u001b[2J\u202e" } }

describe("the sandbox on a terminal", () => {
  test(
    "shows its address, its page, its keys, and two calls that do what they say",
    Effect.scoped(Effect.gen(function* () {
      const { shown, url, welcome } = yield* served()
      assert.include(welcome, `listening on ${url}\n`)
      assert.match(welcome, /^ {2}Page +http:.*\/_sandbox\/$/m)
      assert.match(welcome, /^ {2}API key +sandbox-full-key$/m)
      assert.match(welcome, /^ {2}Read-only key +sandbox-read-only-key$/m)
      const curls = Array.from(
        welcome.matchAll(/^ {2}curl -i (.*) (http\S+)$/gm),
        ([, options = "", url = ""]) => {
          const headers = Array.from(options.matchAll(/-H '([^:]*): ([^']*)'/g), ([, ...h]) => h)
          const body = /-d '([^']*)'/.exec(options)?.[1]
          return { headers: headers as Array<[string, string]>, body, url }
        },
      )
      const statuses = yield* Effect.promise(async () => {
        const statuses = []
        for (const { body, headers, url } of curls) {
          const init = body === undefined ? {} : { method: "POST", body }
          const response = await fetch(url, { headers, ...init })
          await response.text()
          statuses.push(response.status)
        }
        return statuses
      })
      assert.deepStrictEqual(statuses, [200, 503])
      assert.strictEqual((yield* (yield* Sandbox).state).targets.length, 1)
      assert.strictEqual((yield* shown).length, 2)
    })),
  )

  test(
    "shows a request on one line: method, path, status, key, time, and why it was refused",
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const lines = yield* linesOf(
        {},
        Effect.gen(function* () {
          yield* call("GET", "/fields", { key: "readOnly" })
          yield* call("GET", "/targets", { key: null })
          yield* call("DELETE", "/targets/000MLGPR", { key: { value: "wrong" } })
          yield* sandbox.script({ fault: Fault.latency("2 seconds", Fault.status(503)) })
          const slow = yield* Effect.forkChild(call("GET", "/targets/count"))
          yield* nextTurn
          yield* TestClock.adjust("2 seconds")
          yield* Fiber.join(slow)
          yield* sandbox.script({ fault: Fault.reset({ applied: false }) })
          yield* Effect.exit(call("POST", "/targets/000MLGPR/segments/12345"))
          yield* call("GET", "/imports/7/source")
        }),
      )
      assert.deepStrictEqual(lines, [
        "GET    /fields  200  readOnly  0 ms",
        "GET    /targets  401  no key  0 ms  there is no X-Key",
        "DELETE /targets/000MLGPR  401  unknown  0 ms  X-Key is no key of the account",
        "GET    /targets/count  503  full  2000 ms  fault Latency",
        "POST   /targets/000MLGPR/segments/12345  no response  full  0 ms  fault Reset",
        "GET    /imports/7/source  501  full  0 ms  " +
        "The sandbox has no such route: it knows those of targets, of fields, value lists and " +
        "segments, and some that NP6's own clients call. NP6 may have it",
      ])
    }),
  )

  const withValues = Effect.gen(function* () {
    yield* call("POST", "/targets", jane)
    yield* call("GET", "/targets?unicity=jane@example.com")
    yield* call("GET", "/targets/jane@example.com")
    yield* call("GET", "/targets/0639980001")
    yield* call("GET", "/targets/Dupont")
    yield* call("GET", "/targets?jane@example.com=1&unicty=jane")
  })

  test(
    "hides the values of contacts, wherever a request has them",
    Effect.gen(function* () {
      const lines = yield* linesOf({}, withValues)
      assert.deepStrictEqual(lines.map((line) => line.split(/ {2}(?=\d)/)[0]), [
        "POST   /targets",
        "GET    /targets?unicity=…",
        "GET    /targets/…",
        "GET    /targets/…",
        "GET    /targets/…",
        "GET    /targets?…=…&unicty=…",
      ])
    }),
  )

  test(
    "shows them when asked to, the body below, without control characters and not without end",
    Effect.gen(function* () {
      const notes = { json: { 8103: "a@b.c", 8108: "é".repeat(3_000) } }
      const lines = yield* linesOf(
        { shows: "values" },
        Effect.andThen(withValues, call("POST", "/targets", notes)),
      )
      assert.deepStrictEqual(lines.slice(0, 3), [
        "POST   /targets  200  full  0 ms",
        `       {"8102":"Doe\\u001b[2J\\u202e","8103":"jane@example.com"}`,
        "GET    /targets?unicity=jane@example.com  200  full  0 ms",
      ])
      const body = lines.at(-1) ?? ""
      const bytes = new TextEncoder().encode(JSON.stringify(notes.json)).length
      assert.match(body, new RegExp(`é … \\(${bytes} bytes\\)$`))
      assert.isBelow(body.length, 2_100)
    }),
  )

  test(
    "--quiet: shows where it is, and no requests",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* linesOf({ shows: "address" }, withValues), [])
    }),
  )

  test(
    "--json: is one line of JSON",
    Effect.scoped(Effect.gen(function* () {
      const { shown, url, welcome } = yield* served({ shows: "json" })
      yield* withValues
      assert.deepStrictEqual(yield* shown, [])
      assert.strictEqual(welcome.indexOf("\n"), welcome.length - 1)
      assert.deepStrictEqual(JSON.parse(welcome), {
        url,
        key: "sandbox-full-key",
        readOnlyKey: "sandbox-read-only-key",
      })
    })),
  )

  it.effect("a first call that suits any account, where it isn't the default one", () =>
    Effect.gen(function* () {
      const { welcome } = yield* served({ isDefault: false })
      assert.notInclude(welcome, "8103")
      assert.match(welcome, /^ {2}curl -i -H 'X-Key: sandbox-full-key' http\S+\/targets$/m)
    }).pipe(
      Effect.scoped,
      Effect.provide(Sandbox.layerWith({
        fields: [{ id: 1, name: "Email", type: "email", isUnicity: true }],
      })),
    ))
})
