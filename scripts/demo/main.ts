/**
 * Shows the library at work on an embedded NP6, and fails when something doesn't go as it says.
 *
 *     deno task demo
 *     node scripts/demo/main.ts        (Node 22.18 or later)
 *
 * Needs the permissions to connect to 127.0.0.1 and to listen on it, to read `scripts`, and to see
 * whether NO_COLOR is set.
 *
 * The imports of `../../mod.ts` and `../../src/sandbox/Sandbox.ts` in these files are `@effect-np6/targets`
 * and `@effect-np6/targets/sandbox` in a program of your own.
 *
 * @module
 */
import { Effect } from "effect"
import process from "node:process"
import { Screen } from "./screen.ts"
import { demo } from "./story.ts"

const main = demo.pipe(
  Effect.catch((error) =>
    Effect.sync(() => {
      console.error(`\nThe demo failed. ${error.message}`)
      process.exitCode = 1
    })
  ),
  Effect.provide(Screen.layer),
)

await Effect.runPromise(main)
