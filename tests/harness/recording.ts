/** A client that records what it is asked and answers from a script. */
import { Account, Np6, type Np6Options, RateLimit, Targets } from "@effect-np6/targets"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient, HttpClient, HttpClientError, HttpClientResponse } from "effect/http"

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
  readonly layer: Layer.Layer<Targets | Account>
}

export const key = "canary-key-3f9a1c"

/** The ways from the library to the network. */
export type Way = "client" | "fetch"

let way: Way = "client"

/** Has the recordings of this file answer in the place of an HTTP client, or of `fetch`. */
export const recordOver = (over: Way): void => {
  way = over
}

/** Answers the n-th request with the n-th answer, and the last one for ever. */
export const recording = (
  answers: ReadonlyArray<() => Scripted>,
  options: Partial<Np6Options> = {},
): Recording => {
  const requests: Array<Recorded> = []
  const record = (request: Recorded): Scripted => {
    requests.push(request)
    return answers[Math.min(requests.length, answers.length) - 1]?.() ?? "never"
  }
  // One call at a time is looked at here; what many do to each other is in tests/client/rate.
  const settings = { apiKey: Redacted.make(key), rateLimit: RateLimit.none, ...options }
  return { requests, layer: Layer.orDie(layers[way](settings, record)) }
}

type Answering = (request: Recorded) => Scripted

const layers = {
  client: (options: Np6Options, record: Answering) =>
    Layer.provide(Layer.mergeAll(Targets.layer, Account.layer), Np6.layer(options)).pipe(
      Layer.provide(Layer.succeed(HttpClient.HttpClient, recordingClient(record))),
    ),
  fetch: (options: Np6Options, record: Answering) =>
    Layer.merge(
      Targets.layerFetch(options),
      Layer.provide(Account.layer, Np6.layerFetch(options)),
    ).pipe(
      Layer.provide(Layer.succeed(FetchHttpClient.Fetch, recordingFetch(record))),
    ),
}

const recordingClient = (record: Answering) =>
  HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const answer = record({
        method: request.method,
        url,
        headers: { ...request.headers },
        body: request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "",
      })
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

const recordingFetch = (record: Answering): typeof fetch => async (input, init) => {
  // What goes over the wire, with what fetch adds to it.
  const request = new Request(input, init)
  const body = await request.text()
  const length = body === "" && request.method !== "POST"
    ? {}
    : { "content-length": String(new TextEncoder().encode(body).length) }
  const answer = record({
    method: request.method,
    url: new URL(request.url),
    headers: { ...Object.fromEntries(request.headers), ...length },
    body,
  })
  if (answer === "never") {
    return new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))
    })
  }
  if (answer instanceof Response) return abortable(answer, init?.signal)
  throw answer.cause
}

/** The answer as fetch gives it: its body ends with its signal. */
const abortable = (answer: Response, signal: AbortSignal | null | undefined): Response => {
  const reader = answer.body?.getReader()
  if (reader === undefined) return answer
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) =>
      signal?.addEventListener("abort", () => {
        controller.error(signal.reason)
        void reader.cancel(signal.reason)
      }),
    pull: async (controller) => {
      const { done, value } = await reader.read()
      if (signal?.aborted) return
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 })
  return new Response(body, { status: answer.status, headers: answer.headers })
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
