/** An NP6 that is a function of the request and the time, with a latency. */
import { Np6, type Np6Options, Targets } from "@effect-np6/targets"
import { Clock, Effect, Layer, Redacted } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import { json, key, type Recorded, sampleTarget, type Scripted, transport } from "./recording.ts"

/** A request, with its number from 1 and its time in milliseconds. */
export interface Served extends Recorded {
  readonly n: number
  readonly at: number
  /** The criterion of the unicity, or the whole path. */
  readonly who: string
}

/** What is answered: a status, nothing, or a response of its own. */
export type Answer = number | undefined | Scripted

export interface Serving {
  readonly requests: Array<Served>
  readonly layer: Layer.Layer<Targets | Np6>
}

/** An NP6 that answers after some milliseconds; the options are those of a default connection. */
export const serving = (
  answer: (request: Served) => Answer,
  options: Partial<Np6Options> & {
    readonly latency?: number | ((request: Served) => number)
  } = {},
): Serving => {
  const requests: Array<Served> = []
  const { latency = 50, ...rest } = options
  const client = HttpClient.make((request, url) =>
    Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      const served: Served = {
        n: requests.length + 1,
        at,
        who: url.searchParams.get("unicity") ?? url.pathname,
        method: request.method,
        url,
        headers: { ...request.headers },
        body: request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "",
      }
      requests.push(served)
      yield* Effect.sleep(typeof latency === "number" ? latency : latency(served))
      const answered = answer(served)
      if (answered === "never") return yield* Effect.never
      const response = responseOf(answered)
      if (response instanceof Response) return HttpClientResponse.fromWeb(request, response)
      return yield* Effect.fail(
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, cause: response.cause }),
        }),
      )
    })
  )
  const np6 = Np6.layer({ apiKey: Redacted.make(key), ...rest }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
  )
  return { requests, layer: Layer.orDie(Layer.provideMerge(Targets.layer, np6)) }
}

const responseOf = (answer: Exclude<Answer, "never">): Response | { readonly cause: unknown } => {
  if (answer === undefined) return transport.reset()
  if (typeof answer !== "number") return answer
  return answer === 200 ? json(sampleTarget)() : new Response(answer === 204 ? null : "", {
    status: answer,
  })
}

/** How many requests came in each second. */
export const perSecond = (
  requests: ReadonlyArray<Served>,
  from: number,
  to: number,
): ReadonlyArray<number> => {
  const counts = Array.from({ length: Math.ceil((to - from) / 1000) }, () => 0)
  for (const { at } of requests) {
    const second = Math.floor((at - from) / 1000)
    if (second in counts) counts[second] = (counts[second] ?? 0) + 1
  }
  return counts
}
