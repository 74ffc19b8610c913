/** A client that records what it is asked and answers from a script. */
import { RateLimit, Targets, type TargetsOptions } from "@effect-np6/targets"
import { Effect, Layer, Redacted } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"

export interface Recorded {
  readonly method: string
  readonly url: URL
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

/** One answer of the script: a response, or a failure of the transport with a cause. */
export type Scripted = Response | { readonly cause: unknown } | "never"

export interface Recording {
  readonly requests: Array<Recorded>
  readonly layer: Layer.Layer<Targets>
}

export const key = "canary-key-3f9a1c"

/** Answers the n-th request with the n-th answer, and the last one for ever. */
export const recording = (
  answers: ReadonlyArray<() => Scripted>,
  options: Partial<TargetsOptions> = {},
): Recording => {
  const requests: Array<Recorded> = []
  const client = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      requests.push({
        method: request.method,
        url,
        headers: { ...request.headers },
        body: request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "",
      })
      const answer = answers[Math.min(requests.length, answers.length) - 1]?.() ?? "never"
      if (answer === "never") return Effect.never
      return answer instanceof Response
        ? Effect.succeed(HttpClientResponse.fromWeb(request, answer))
        : Effect.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({ request, cause: answer.cause }),
          }),
        )
    })
  )
  return {
    requests,
    // One call at a time is looked at here; what many do to each other is in tests/rate.
    layer: Targets.layer({ apiKey: Redacted.make(key), rateLimit: RateLimit.none, ...options })
      .pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
        Layer.orDie,
      ),
  }
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => () =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "x-request-id": "req-1", ...headers },
  })

export const status = (status: number, body?: string, headers: Record<string, string> = {}) => () =>
  new Response(status === 204 || status === 304 ? null : body ?? "", {
    status,
    headers: { "x-request-id": "req-1", ...headers },
  })

/** Failures of the transport, in the words of the runtimes. */
export const transport = {
  refused: () => ({
    cause: new TypeError("fetch failed", {
      cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), {
        code: "ECONNREFUSED",
        syscall: "connect",
      }),
    }),
  }),
  reset: () => ({
    cause: new TypeError("fetch failed", {
      cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" }),
    }),
  }),
  refusedDeno: () => ({
    cause: new TypeError(
      "error sending request for url (https://api-cm.np6.com/targets?unicity=canary%40example.com): client error (Connect): tcp connect error: Connection refused (os error 111)",
    ),
  }),
  resetDeno: () => ({
    cause: new TypeError(
      "error sending request for url (https://api-cm.np6.com/targets?unicity=canary%40example.com): client error (SendRequest): connection error: Connection reset by peer (os error 104)",
    ),
  }),
}

export const sampleTarget = {
  id: "000MLGPR",
  creationDate: "2016-04-04T08:55:00Z",
  lastUpdateDate: "2016-04-25T14:27:00Z",
  fields: { "8101": "Mr", "8102": "Test", "8103": "test@test.com" },
  bounce: [{ field: 8102, type: 1, timestamp: "1465831160", reason: 1 }],
  redList: {
    mail: { timestamp: "1465831160", reason: 1 },
    sms: { timestamp: "1465831160", reason: 1 },
  },
}
