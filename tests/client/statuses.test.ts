import { assert, describe, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { Effect } from "effect"
import { HttpClient, type HttpClientResponse } from "effect/http"
import { operations } from "../harness/operations.ts"
import { recording } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"

/** The same answer of a status that `Response` doesn't let be made. */
const withStatus =
  (status: number) =>
  (response: HttpClientResponse.HttpClientResponse): HttpClientResponse.HttpClientResponse =>
    Object.create(response, { status: { value: status } })

const answering = (status: number) =>
  recording([() => new Response("no such thing")], {
    transformClient: HttpClient.transformResponse(Effect.map(withStatus(status))),
  })

describe("a status that NP6 has no use for", () => {
  // Whether a write may have been applied, and what the answer is taken for.
  const odd: ReadonlyArray<
    readonly [status: number, reason: "Status" | "Redirect", applied: "no" | "unknown"]
  > = [
    [0, "Redirect", "unknown"],
    [1, "Status", "unknown"],
    [99, "Status", "unknown"],
    [100, "Status", "unknown"],
    [103, "Status", "unknown"],
    [199, "Status", "unknown"],
    [300, "Redirect", "unknown"],
    [399, "Redirect", "unknown"],
    [402, "Status", "no"],
    [499, "Status", "no"],
    [600, "Status", "unknown"],
    [777, "Status", "unknown"],
    [999, "Status", "unknown"],
  ]
  for (const { operation, run, isRead } of operations) {
    it.effect(`is unexpected, and ${operation} isn't tried again`, () =>
      Effect.forEach(odd, ([code, reason, applied]) => {
        const { requests, layer } = answering(code)
        return Effect.gen(function* () {
          const error = yield* Effect.flip(inTime(run(yield* Targets)))
          assert.strictEqual(error._tag, "UnexpectedResponse", `${code}`)
          assert.propertyVal(error, "reason", reason, `${code}`)
          assert.propertyVal(error, "status", code)
          assert.propertyVal(error, "applied", isRead ? "no" : applied, `${code}`)
          assert.propertyVal(error, "detail", "no such thing")
          assert.strictEqual(requests.length, 1, `${code}`)
        }).pipe(Effect.provide(layer))
      }, { discard: true }))

    it.effect(`599 is still a server error of ${operation}`, () => {
      const { requests, layer } = answering(599)
      return Effect.gen(function* () {
        const error = yield* Effect.flip(inTime(run(yield* Targets)))
        assert.strictEqual(error._tag, "ServerError")
        assert.propertyVal(error, "applied", isRead ? "no" : "unknown")
        assert.strictEqual(requests.length, 1)
      }).pipe(Effect.provide(layer))
    })

    it.effect(`0, in a browser, is a redirect of ${operation} that it hides`, () => {
      const { requests, layer } = recording([() => Response.error()])
      return Effect.gen(function* () {
        const error = yield* Effect.flip(inTime(run(yield* Targets)))
        assert.strictEqual(error._tag, "UnexpectedResponse")
        assert.propertyVal(error, "reason", "Redirect")
        assert.propertyVal(error, "status", 0)
        assert.propertyVal(error, "applied", isRead ? "no" : "unknown")
        assert.strictEqual(requests.length, 1)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("299 is a success", () => {
    const { layer } = answering(299)
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* targets.delete("000MLGPR")
    }).pipe(Effect.provide(layer))
  })
})
