import { assert, describe, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { Effect } from "effect"
import { key, recording, status } from "../harness/recording.ts"

// Half of a long word that is sent, so that nothing but its form saves an id with it in it.
const half = "6d6f6e74"
const uuid = `${half}-0a1b-4c2d-8e3f-0123456789ab`
const sent = ["canary", "canary@example.com", `x${half}x`, "abc", "wxyz", "Weiß"]

const shown = [
  "req-1",
  "!#$%&'*+-./09:;<=>?AZ[]^_`az{|}~",
  "x".repeat(128),
  uuid,
  uuid.toUpperCase(),
  "an-abc-in-it",
]
const hidden = [
  key,
  key.toUpperCase(),
  "canary@example.com",
  "canary",
  "x-CANARY-x",
  "wxyz",
  "a-wxyz-in-it",
  "a-WEISS-in-it",
  "with space",
  "é",
  "a@b",
  "",
  "x".repeat(129),
  half,
  `x${uuid}`,
  `${uuid}x`,
  uuid.slice(0, -1),
  uuid.replace("-0a1b", ""),
  uuid.replace("-0a1b", "-0a1g"),
  uuid.replace("-0a1b", "-0a1"),
  uuid.replace("0123456789ab", "0123456789ag"),
]

const idOf = (id: string) => {
  const { layer } = recording([status(404, "", { "x-request-id": id })])
  return Effect.gen(function* () {
    const targets = yield* Targets
    const error = yield* Effect.flip(targets.getByUnicity(sent))
    return "requestId" in error ? error.requestId : undefined
  }).pipe(Effect.provide(layer))
}

describe("a request id", () => {
  for (const id of shown) {
    it.effect(`that is ${id.slice(0, 40)} is on the error`, () =>
      Effect.map(idOf(id), (found) => assert.strictEqual(found, id)))
  }
  for (const id of hidden) {
    it.effect(`that is ${id.slice(0, 40)} is left out`, () =>
      Effect.map(idOf(id), (found) => assert.isUndefined(found)))
  }
})
