import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import { fromWeb, type SocketError, type WireRequest } from "./wire.ts"

type Handle = (request: WireRequest) => Effect.Effect<Response, SocketError>

const toWeb = (
  request: HttpClientRequest.HttpClientRequest,
  url: URL,
): Effect.Effect<Request, unknown> => {
  const make = (body: BodyInit | null, headers: HeadersInit = request.headers) =>
    Effect.try({
      try: () => new Request(url, { method: request.method, headers, body }),
      catch: (cause) => cause,
    })
  switch (request.body._tag) {
    case "Empty":
      return make(null)
    case "Uint8Array":
      // A copy: what a client sent must not change when its buffer does.
      return make(request.body.body.slice())
    case "Raw":
      // What a raw body is, is up to the client; `Request` refuses what can't be sent.
      return make(request.body.body as BodyInit)
    case "FormData":
      return make(request.body.formData)
    case "Stream": {
      const { contentLength, stream } = request.body
      return Effect.flatMap(
        Stream.mkUint8Array(stream),
        (bytes) =>
          contentLength === undefined
            ? make(bytes, { ...request.headers, "transfer-encoding": "chunked" })
            : make(bytes),
      )
    }
  }
}

/** A client whose every request is answered in this process. */
export const makeClient = (handle: Handle): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    toWeb(request, url).pipe(
      Effect.flatMap((web) => Effect.tryPromise({ try: () => fromWeb(web), catch: (e) => e })),
      Effect.flatMap(handle),
      Effect.map((response) => HttpClientResponse.fromWeb(request, response)),
      Effect.mapError((cause) =>
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, cause }),
        })
      ),
    )
  )
