import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, type Scope } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  isDeno,
  makeProject,
  patience,
  runProgram,
  runsPrograms,
  sandboxEnvironment,
} from "../harness/processes.ts"

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")

const readme = read("README.md")

const guides = readdirSync(new URL("../../docs/", import.meta.url))
  .map((name) => read(`docs/${name}`)).join("\n")

/** The programs that a reader saves and runs. */
const programs = (readme.match(/(?<=^```ts\n)[\s\S]*?(?=^```$)/gm) ?? [])
  .filter((block) => /Effect\.run\w+\(/.test(block))

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox | Scope.Scope>) =>
  it.live.skipIf(!runsPrograms)(
    name,
    () => effect.pipe(Effect.scoped, Effect.provide(Sandbox.layer)),
    patience,
  )

/** Runs the first program of the README. */
const first = (options: string | undefined, allow: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const project = yield* makeProject
    const program = programs[0] ?? ""
    const changed = options === undefined
      ? program
      : program.replace(`{ apiKey: Redacted.make("your-key") }`, options)
    assert.strictEqual(changed === program, options === undefined)
    yield* Effect.promise(() => writeFile(join(project, "first.mts"), changed))
    return yield* runProgram(project, "first.mts", { allow })
  })

describe("README.md: the first program", () => {
  test(
    "prints the id of its target, run again too",
    Effect.gen(function* () {
      const { NP6_API_KEY, NP6_BASE_URL } = yield* sandboxEnvironment
      const options = `{ apiKey: Redacted.make("${NP6_API_KEY}"), baseUrl: "${NP6_BASE_URL}" }`
      const { output } = yield* first(options, ["net=127.0.0.1"])
      assert.strictEqual(output, "000MLGPR\n")
      const again = yield* first(options, ["net=127.0.0.1"])
      assert.match(again.output, /was subscribed already\n000MLGPR\n$/)
    }),
  )

  test(
    "with a wrong key prints what is wrong, without the key",
    Effect.gen(function* () {
      const { NP6_BASE_URL } = yield* sandboxEnvironment
      const options = `{ apiKey: Redacted.make("canary"), baseUrl: "${NP6_BASE_URL}" }`
      const { output } = yield* first(options, ["net=127.0.0.1"])
      assert.include(output, "_tag: ")
      assert.include(output, "NP6 doesn't accept the API key")
      assert.notInclude(output, "canary")
      assert.notInclude(output, "jane@example.com")
    }),
  )

  if (isDeno) {
    test(
      "without the permission to connect says so, and ends",
      Effect.gen(function* () {
        const { code, output } = yield* first(undefined, [])
        assert.strictEqual(code, 0)
        assert.include(output, "--allow-net")
      }),
    )
  }
})

describe("examples/", () => {
  const programs = readdirSync(new URL("../../examples/", import.meta.url))
    .filter((name) => name.endsWith(".ts"))
  for (const name of programs) {
    it(`a guide shows ${name} as it is tested`, () =>
      assert.include(guides, read(`examples/${name}`).trim()))
  }
})
