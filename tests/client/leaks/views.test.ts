import { assert, describe, it } from "@effect/vitest"
import { NotFound } from "@effect-np6/targets"
import { Cause } from "effect"
import { canaries, encodings, leakIn } from "../../harness/leaks/canaries.ts"
import { allViews } from "../../harness/leaks/views.ts"

describe("a canary", () => {
  for (const [name, canary] of Object.entries(canaries)) {
    for (const [encoding, encode] of Object.entries(encodings)) {
      it(`that is the ${name} is seen ${encoding}`, () => {
        assert.isDefined(leakIn(`some words (${encode(canary)}), and more`))
      })
    }
  }

  it("isn't seen where there is none", () => {
    assert.isUndefined(leakIn("targets.update: NP6 doesn't accept the API key. ".repeat(1000)))
  })
})

describe("a view", () => {
  for (const { name, see } of allViews) {
    it(`(${name}) would show a canary that got into an error`, () => {
      const error = new NotFound({
        operation: "targets.get",
        applied: "no",
        attempts: 1,
        detail: canaries.key,
      })
      assert.isDefined(leakIn(see(Cause.fail(error))), see(Cause.fail(error)))
    })
  }
})
