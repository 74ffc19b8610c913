import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Fault, Truncate } from "./Fault.ts"
import type { ResponseParts } from "./response.ts"
import type { SocketError } from "./WireRequest.ts"
import { connectionRefused, connectionReset } from "./wire.ts"

const statusesWithoutBody: ReadonlySet<number> = new Set([204, 205, 304])

/** One chunk, then the end, or then an error: the reader gets the bytes before it learns of it. */
const body = (bytes: Uint8Array<ArrayBuffer>, broken: boolean): ReadableStream<Uint8Array> => {
  let sent = false
  return new ReadableStream({
    pull(controller) {
      if (!sent && bytes.length > 0) {
        sent = true
        controller.enqueue(bytes)
      } else if (broken) controller.error(connectionReset())
      else controller.close()
    },
  })
}

/** Puts a response on the wire, whole or cut. */
export const toResponse = (parts: ResponseParts, cut?: Truncate): Response => {
  const headers = new Headers(parts.headers)
  if (statusesWithoutBody.has(parts.status)) {
    return new Response(null, { status: parts.status, headers })
  }
  const bytes = new TextEncoder().encode(parts.body)
  const kept = cut?.bytes ?? Math.floor(bytes.length / 2)
  if (cut === undefined || kept >= bytes.length) {
    headers.set("content-length", String(bytes.length))
    return new Response(bytes, { status: parts.status, headers })
  }
  const isSilent = cut.framing === "close"
  if (isSilent) headers.set("connection", "close")
  else headers.set("content-length", String(bytes.length))
  return new Response(body(bytes.slice(0, kept), !isSilent), { status: parts.status, headers })
}

/** The two things a fault can do with the server: let it act, and let it be seen to respond. */
export interface Exchange {
  /** Runs the request through the server. */
  readonly perform: (now: number) => ResponseParts
  /** Notes the response, and adds the headers that every one has. */
  readonly finish: (parts: ResponseParts, now: number) => ResponseParts
}

/** Responds as the fault would have it, or plainly when there is none. */
export const commit = (
  exchange: Exchange,
  fault: Fault | undefined,
): Effect.Effect<Response, SocketError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<Response, SocketError> => {
    const respond = (parts: ResponseParts, cut?: Truncate): Effect.Effect<Response> =>
      Effect.sync(() => toResponse(exchange.finish(parts, now), cut))
    switch (fault?._tag) {
      case undefined:
        return respond(exchange.perform(now))
      case "Latency":
        return Effect.delay(commit(exchange, fault.andThen), fault.duration)
      case "Hang":
        if (fault.applied) exchange.perform(now)
        return Effect.never
      case "Refuse":
        return Effect.fail(connectionRefused())
      case "Reset":
        if (fault.applied) exchange.perform(now)
        return Effect.fail(connectionReset())
      case "Truncate":
        return respond(exchange.perform(now), fault)
      case "ContentType": {
        const parts = exchange.perform(now)
        return respond({
          ...parts,
          headers: { ...parts.headers, "content-type": fault.contentType },
        })
      }
      case "Respond": {
        if (fault.applied) exchange.perform(now)
        return respond({ status: fault.status, headers: fault.headers, body: fault.body })
      }
    }
  })
