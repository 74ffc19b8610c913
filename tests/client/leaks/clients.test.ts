import { describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { defaultSeed, Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Redacted } from "effect"
import {
  HttpClient,
  HttpClientError,
  type HttpClientRequest,
  HttpClientResponse,
} from "effect/http"
import { recording, status } from "../../harness/recording.ts"
import { canaries } from "../../harness/leaks/canaries.ts"
import { calls } from "../../harness/leaks/situations.ts"
import { assertNothingLeaks, watch } from "../../harness/leaks/watch.ts"

const { HttpClientError: ClientError, TransportError } = HttpClientError
const { address, key } = canaries
const description = `${key} ${address}`

type Request = HttpClientRequest.HttpClientRequest
const answered = (request: Request) => ({
  request,
  response: HttpClientResponse.fromWeb(request, new Response(description, { status: 409 })),
  cause: new Error(description, { cause: request }),
  description,
})

/** What a client of the caller's may fail with; the last are against its type. */
const failures: { readonly [name: string]: (request: Request) => unknown } = {
  "that it couldn't send": (request) =>
    new ClientError({ reason: new TransportError({ request, cause: request, description }) }),
  "that it couldn't encode": (request) =>
    new ClientError({
      reason: new HttpClientError.EncodeError({ request, cause: request, description }),
    }),
  "that the URL is none": (request) =>
    new ClientError({
      reason: new HttpClientError.InvalidUrlError({ request, cause: request, description }),
    }),
  "that the status is a failure": (request) =>
    new ClientError({ reason: new HttpClientError.StatusCodeError(answered(request)) }),
  "that it couldn't decode": (request) =>
    new ClientError({ reason: new HttpClientError.DecodeError(answered(request)) }),
  "that the body is empty": (request) =>
    new ClientError({ reason: new HttpClientError.EmptyBodyError(answered(request)) }),
  "the request": (request) => request,
  "an error with the request": (request) => Object.assign(new Error(description), { request }),
  "a text": () => description,
  nothing: () => undefined,
}

const failing = (fail: (request: Request) => unknown): HttpClient.HttpClient =>
  HttpClient.make((request) =>
    // The type says HttpClientError; JavaScript doesn't.
    Effect.fail(fail(request) as HttpClientError.HttpClientError)
  )

describe("nothing leaks from a client that fails saying", () => {
  for (const [name, fail] of Object.entries(failures)) {
    it.effect(name, () => {
      const { layer } = recording([status(500)], {
        apiKey: Redacted.make(key),
        retry: RetryPolicy.none,
        transformClient: () => failing(fail),
      })
      return Effect.gen(function* () {
        for (const { run } of calls) {
          const call = Effect.flatMap(Targets, run).pipe(Effect.provide(layer))
          assertNothingLeaks(yield* watch(call))
        }
      })
    })
  }
})

describe("nothing leaks from the sandbox's client", () => {
  const faults: { readonly [name: string]: Fault.Fault } = {
    "that is refused": Fault.refuse,
    "that is reset": Fault.reset({ applied: true }),
    "that is cut": Fault.truncate(),
    "that hangs": Fault.hang(),
    "that is redirected": Fault.redirect(`https://elsewhere.test/${encodeURIComponent(address)}`),
    "that gets HTML": Fault.html(502),
    "that may not go on": Fault.rateLimited({ retryAfter: address }),
    "that gets another content type": Fault.contentType(`text/html; charset=${key}`),
    "that gets the request": Fault.respond({ status: 400, body: `${description} of ${key}` }),
    "that gets it with 200": Fault.respond({ status: 200, body: `${description} of ${key}` }),
  }
  for (const [name, fault] of Object.entries(faults)) {
    it.effect(name, () => {
      const layer = Sandbox.layerTargets({
        apiKey: Redacted.make(key),
        retry: RetryPolicy.none,
        seed: {
          ...defaultSeed,
          keys: [{ name: "all", value: key, permissions: ["read", "write", "segment", "delete"] }],
        },
      })
      return Effect.gen(function* () {
        for (const { run } of calls) {
          const call = Effect.gen(function* () {
            const sandbox = yield* Sandbox
            yield* sandbox.script({ fault })
            yield* run(yield* Targets)
          })
          assertNothingLeaks(yield* watch(Effect.provide(call, layer)))
        }
      })
    })
  }
})
