import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import type { SocketError, WireRequest } from "./WireRequest.ts"
import { fromWeb } from "./wire.ts"

type Handle = (request: WireRequest) => Effect.Effect<Response, SocketError>

const toWire = (
  request: HttpClientRequest.HttpClientRequest,
  url: URL,
): Effect.Effect<WireRequest, unknown> => {
  const make = (body: BodyInit | null, headers: HeadersInit = request.headers) =>
    Effect.tryPromise({
      try: () => fromWeb(new Request(url, { method: request.method, headers, body })),
      catch: (cause) => cause,
    })
  switch (request.body._tag) {
    // What a raw body is, is up to the client: `Request` refuses what can't be sent. Of bytes it
    // takes a copy, so that what a client sent does not change when its buffer does.
    case "Uint8Array":
    case "Raw":
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
    case "Empty":
      return make(null)
  }
}

/** A client whose every request is answered in this process. */
export const makeInProcessClient = (handle: Handle): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    toWire(request, url).pipe(
      Effect.flatMap(handle),
      Effect.map((response) => HttpClientResponse.fromWeb(request, response)),
      Effect.mapError((cause) =>
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, cause }),
        })
      ),
    )
  )
