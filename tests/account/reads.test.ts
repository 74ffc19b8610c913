import { assert, describe, it } from "@effect/vitest"
import { Account, RetryPolicy } from "@effect-np6/targets"
import { Effect, Tracer } from "effect"
import { accountReads } from "../harness/accountReads.ts"
import { json, key, recording, status, transport } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"
import { recordingTracer } from "../harness/tracer.ts"

const once = { retry: RetryPolicy.none }
const nameOf = (error: { readonly _tag: string }): string =>
  "reason" in error ? `${error._tag}/${error.reason}` : error._tag

/** What a status means for a read that doesn't document it. */
const statuses: { readonly [status: number]: string } = {
  302: "UnexpectedResponse/Redirect",
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "UnexpectedResponse/Status",
  409: "UnexpectedResponse/Status",
  429: "RateLimited",
  500: "ServerError",
  503: "ServerError",
}

for (const { body, documented, operation, path, query, run, value, withResponse } of accountReads) {
  describe(operation, () => {
    it.effect("sends one request and decodes the response", () => {
      const { layer, requests } = recording([json(body)])
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* run(yield* Account), value)
        assert.lengthOf(requests, 1)
        const [sent] = requests
        assert.deepInclude(sent, { method: "GET", body: "" })
        assert.strictEqual(`${sent?.url.pathname}${sent?.url.search}`, path + query)
        assert.deepInclude(sent?.headers, { accept: "application/json", "x-key": key })
      }).pipe(Effect.provide(layer))
    })

    it.effect("fails with what it documents, and says what else it met", () =>
      Effect.forEach(Object.entries(statuses), ([code, name]) => {
        const { layer } = recording([status(Number(code))], once)
        return Effect.gen(function* () {
          const error = yield* Effect.flip(run(yield* Account))
          assert.strictEqual(nameOf(error), documented[Number(code)] ?? name)
          assert.propertyVal(error, "operation", operation)
          assert.propertyVal(error, "applied", "no")
          assert.propertyVal(error, "attempts", 1)
          assert.propertyVal(error, "status", Number(code))
          assert.propertyVal(error, "requestId", "req-1")
        }).pipe(Effect.provide(layer))
      }, { discard: true }))

    it.effect("is retried after a failure that may pass, with the response around its value", () => {
      const { layer, requests } = recording([transport.reset, status(503), json(body)])
      return Effect.gen(function* () {
        const account = yield* Account
        const response = yield* inTime(Effect.scoped(withResponse(account)))
        assert.deepInclude(response, { status: 200, attempts: 3, requestId: "req-1" })
        assert.lengthOf(requests, 3)
      }).pipe(Effect.provide(layer))
    })

    it.effect("has a span of its name, without the values of the request", () => {
      const { spans, tracer } = recordingTracer()
      const { layer } = recording([json(body)])
      return Effect.gen(function* () {
        yield* run(yield* Account)
        assert.deepStrictEqual(spans.map(({ kind, name }) => [name, kind]), [[operation, "client"]])
        assert.notInclude(JSON.stringify([...spans[0]?.attributes ?? []]), "2016")
      }).pipe(Effect.provideService(Tracer.Tracer, tracer), Effect.provide(layer))
    })

    it.effect("refuses a page, an empty response and JSON of another shape", () =>
      Effect.forEach(["<html>", "", "{}", "[{}]", "null", "[null]", `"6"`, "-1"], (text) => {
        const { layer } = recording([status(200, text)], once)
        return Effect.gen(function* () {
          const error = yield* Effect.flip(run(yield* Account))
          assert.strictEqual(error._tag, "UnexpectedResponse")
        }).pipe(Effect.provide(layer))
      }, { discard: true }))
  })
}

it.effect("Account.fields: says where a field is wrong, and not what is there", () => {
  const field = { type: "email", id: 1, name: "Email", isUnicity: true, isMandatory: true }
  const { layer } = recording([json([field, { ...field, isUnicity: "jane@example.com" }])], once)
  return Effect.gen(function* () {
    const error = yield* Effect.flip((yield* Account).fields)
    assert.propertyVal(error, "detail", "Expected boolean at 1.isUnicity")
  }).pipe(Effect.provide(layer))
})

it.effect("Account.segment: says that there is no such segment", () => {
  const { layer } = recording([status(404)])
  return Effect.gen(function* () {
    const error = yield* Effect.flip((yield* Account).segment(1))
    assert.include(error.message, "no segment with this id")
  }).pipe(Effect.provide(layer))
})

it.effect("Account.segment, segmentMembers: send nothing for an id that no segment has", () => {
  const { layer, requests } = recording([json({})])
  return Effect.gen(function* () {
    const { withResponse } = yield* Account
    for (const id of [0, -1, 1.5, 2 ** 31, NaN, "14098", "", "../targets", null, undefined]) {
      for (const read of [withResponse.segment, withResponse.segmentMembers]) {
        // @ts-expect-error -- as a program in JavaScript may call it
        const error = yield* Effect.flip(Effect.scoped(read(id)))
        assert.deepInclude(error, { _tag: "InvalidInput", input: "id", attempts: 0 })
      }
    }
    assert.lengthOf(requests, 0)
  }).pipe(Effect.provide(layer))
})
