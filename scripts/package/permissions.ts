/**
 * What the package needs of Deno: the network, and there NP6's host.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Sandbox } from "../../src/sandbox/Sandbox.ts"
import { type Check, ensure } from "./check.ts"
import { run } from "./command.ts"
import type { Workshop } from "./workshop.ts"

const denied = ["read", "write", "env", "sys", "run", "ffi", "import"].map((name) =>
  `--deny-${name}`
)

/** Runs `loopback.ts` against a sandbox on loopback, with these permissions on top of none. */
const call = (cwd: string, permissions: (host: string) => ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { keys } = yield* Sandbox
    const { port, url } = yield* Sandbox.serve()
    const args = [
      "run",
      "--no-lock",
      "--no-prompt",
      ...denied,
      ...permissions(`127.0.0.1:${port}`),
      "loopback.ts",
      url,
      Redacted.value(keys.full),
    ]
    return yield* Effect.promise(() => run(Deno.execPath(), args, { cwd }))
  }).pipe(Effect.scoped, Effect.provide(Sandbox.layer), Effect.runPromise)

/** The consumers, and where each is. */
const rows: ReadonlyArray<readonly [string, (workshop: Workshop) => string]> = [
  ["as an npm package", ({ npmConsumer }) => npmConsumer],
  ["as a jsr: package", ({ jsrConsumer }) => jsrConsumer],
]

export const permissions: ReadonlyArray<Check> = rows.map(([name, directory]) => ({
  name: `permissions, ${name}`,
  run: async (workshop) => {
    const cwd = directory(workshop)
    const allowed = await call(cwd, (host) => [`--allow-net=${host}`])
    ensure(
      allowed.code === 0 && allowed.stdout.trim() === "ok",
      `With nothing but the network it fails:\n${allowed.output}`,
    )
    // Otherwise the first half would show nothing.
    const refused = await call(cwd, () => [])
    ensure(refused.code !== 0, `Without the network it should fail:\n${refused.output}`)
    return "--allow-net=<host>, everything else denied: ok"
  },
}))
