import { assert, describe, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { Effect } from "effect"
import { key, recording, status } from "../harness/recording.ts"

const uuid = "6d6f6e74-0a1b-4c2d-8e3f-0123456789ab"
const sent = ["canary", "canary@example.com", "8000", "wxyz"]

const shown = [
  "req-1",
  "!#$%&'*+-./09:;<=>?AZ[]^_`az{|}~",
  "x".repeat(128),
  uuid,
  uuid.toUpperCase(),
  "8000-1",
  "req18000",
  "x-CANARY-x",
  "a-wxyz-in-it",
]
const hidden = [
  key,
  key.toUpperCase(),
  `a-${key}-in-it`,
  "canary@example.com",
  "canary",
  "CANARY",
  "c%61nary",
  "8000",
  "wxyz",
  "with space",
  "é",
  "a@b",
  "",
  "x".repeat(129),
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
