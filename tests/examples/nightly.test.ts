import { assert, it } from "@effect/vitest"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { nightlySync } from "../../examples/nightly.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "nightly-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true })),
)

it.live("the nightly sync of the README puts every contact in its place, or in the rejects", () =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const path = join(yield* folder, "contacts.csv")
    const rejects = `${path}.rejects`
    const lines = Array.from({ length: 300 }, (_, n) => `c${n}@example.com,Mr,"Doe, ${n}"`)
    lines[7] = "nolabel@example.com,Dr,Who"
    yield* Effect.promise(() => writeFile(path, ["email,title,name", ...lines].join("\n")))
    yield* sandbox.script({ skip: 20, times: 2, fault: Fault.reset({ applied: true }) })

    const { done, failed, retried } = yield* nightlySync(path, 12345, rejects)

    assert.deepStrictEqual([done, failed, retried], [299, 1, 2])
    const { targets } = yield* sandbox.state
    assert.strictEqual(targets.filter(({ segments }) => segments.includes(12345)).length, 299)
    const [reject, ...others] = (yield* Effect.promise(() => readFile(rejects, "utf8"))).trim()
      .split("\n")
    assert.strictEqual(others.length, 0)
    const { input, error } = JSON.parse(reject ?? "")
    assert.strictEqual(input.email, "nolabel@example.com")
    assert.strictEqual(error._tag, "BadRequest")
  }).pipe(Effect.scoped, Effect.provide(Sandbox.layerTargets())))

it("the README shows the nightly sync that is tested", () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8")
  assert.include(read("../../README.md"), read("../../examples/nightly.ts").trim())
})
