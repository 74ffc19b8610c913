/** A sandbox that is reached by name over plain http, as in a container network. */
import { assert, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Effect } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  makeProject,
  namesHosts,
  patience,
  runProgram,
  runsPrograms,
  sandboxEnvironment,
} from "../harness/processes.ts"

const program = `
import { Targets } from "@effect-np6/targets"
import { Effect } from "effect"

const upsert = Targets.use((targets) => targets.upsert("a@b.c", { 8103: "a@b.c" }))

for (const options of [{}, { allowHttp: ["np6"] }]) {
  await Effect.runPromise(Effect.provide(upsert, Targets.layerFetchConfig(options)))
    .then(({ id }) => console.log(id), (error) => console.log(error.message))
}
`

it.live.skipIf(!namesHosts || !runsPrograms)(
  "Np6: a sandbox is reached by name over plain http where allowHttp says so, and refused elsewhere",
  () =>
    Effect.gen(function* () {
      const env = yield* sandboxEnvironment
      const project = yield* makeProject
      yield* Effect.promise(() => writeFile(join(project, "main.mjs"), program))
      const NP6_BASE_URL = env.NP6_BASE_URL.replace("127.0.0.1", "np6")
      const { output } = yield* runProgram(project, "main.mjs", {
        allow: ["net", "env"],
        env: { ...env, NP6_BASE_URL },
        host: "np6",
      })
      const [refused, reached] = output.trim().split("\n")
      assert.match(refused ?? "", /it is plain http, .*name the host in `allowHttp`/)
      assert.strictEqual(reached, "000MLGPR")
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)),
  patience,
)
