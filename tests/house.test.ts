import { assert, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { json, recording, sampleTarget } from "./harness/recording.ts"

it.effect("the user agent names the version of the manifest", () => {
  const { version } = JSON.parse(readFileSync(new URL("../deno.json", import.meta.url), "utf8"))
  const { requests, layer } = recording([json(sampleTarget)])
  return Effect.gen(function* () {
    const targets = yield* Targets
    yield* targets.get("000MLGPR")
    assert.strictEqual(requests[0]?.headers["user-agent"], `effect-np6-targets/${version}`)
  }).pipe(Effect.provide(layer))
})
