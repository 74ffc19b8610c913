import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { SandboxAddress, ServeOptions } from "./SandboxService.ts"
import type { SocketError, WireRequest } from "./wire.ts"

const SandboxListenErrorBase: new (
  args: { readonly hostname: string; readonly port: number; readonly cause: unknown },
) => Cause.YieldableError & {
  readonly _tag: "SandboxListenError"
  readonly hostname: string
  readonly port: number
} = Data.TaggedError("SandboxListenError")<{
  readonly hostname: string
  readonly port: number
  readonly cause: unknown
}>

/**
 * The sandbox could not listen: the port is taken, or out of range, or this machine has no such
 * address. `cause` is the runtime's own error. (A missing permission is not among these: Deno ends
 * the program over it.)
 *
 * @example
 * ```ts
 * import { Sandbox } from "@effect-np6/targets/sandbox"
 * import * as Effect from "effect/Effect"
 *
 * const address = Sandbox.serve({ port: 8080 }).pipe(
 *   Effect.catchTag("SandboxListenError", () => Sandbox.serve()),
 * )
 * ```
 */
export class SandboxListenError extends SandboxListenErrorBase {
  /** The address and the port that were asked for, and the runtime's own words. */
  override get message(): string {
    const reason = this.cause instanceof Error ? `: ${this.cause.message}` : "."
    return `The sandbox cannot listen on ${this.hostname}, port ${this.port}${reason}`
  }
}

const read = async (request: IncomingMessage, origin: string): Promise<WireRequest> => {
  const { arrayBuffer } = await import("node:stream/consumers")
  const body = new Uint8Array(await arrayBuffer(request))
  const headers = new Headers()
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  // Not `new URL(target, origin)`: a target of `//elsewhere/targets` would change the host.
  const target = request.url ?? "/"
  const url = new URL(origin + (target.startsWith("/") ? target : `/${target}`))
  return { method: request.method ?? "GET", url, headers, body }
}

const send = async (answer: Response, response: ServerResponse): Promise<void> => {
  if (answer.body !== null) {
    // One without a length ends where the connection does: nobody can tell that it was cut.
    response.useChunkedEncodingByDefault = false
  }
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  try {
    for await (const chunk of answer.body ?? []) {
      await new Promise((resolve) => response.write(chunk, resolve))
    }
    response.end()
  } catch {
    // The bytes that were to be sent are sent, or the headers where there are none; the rest never
    // comes.
    response.flushHeaders()
    response.destroy()
  }
}

const listen = (
  server: Server,
  hostname: string,
  port: number,
): Effect.Effect<SandboxAddress, SandboxListenError> =>
  Effect.callback((resume) => {
    const fail = (cause: unknown) =>
      resume(Effect.fail(new SandboxListenError({ hostname, port, cause })))
    server.once("error", fail)
    try {
      server.listen(port, hostname, () => {
        server.off("error", fail)
        const address = server.address()
        const bound = typeof address === "object" && address !== null ? address.port : port
        const host = hostname.includes(":") ? `[${hostname}]` : hostname
        resume(Effect.succeed({ url: `http://${host}:${bound}`, port: bound }))
      })
    } catch (cause) {
      // A port out of range is thrown, not emitted.
      fail(cause)
    }
  })

const close = (server: Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

export const serve = Effect.fnUntraced(function* (
  handle: (request: WireRequest) => Effect.Effect<Response, SocketError>,
  options: ServeOptions,
): Effect.fn.Return<SandboxAddress, SandboxListenError, Scope.Scope> {
  const { createServer } = yield* Effect.promise(() => import("node:http"))
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const server = createServer((request, response) => {
    const { socket } = request
    const exchange = Effect.tryPromise(() => read(request, "http://localhost")).pipe(
      Effect.flatMap(handle),
      Effect.flatMap((answer) => Effect.promise(() => send(answer, response))),
      // An impossible answer, such as a fault with status 99, would else look like a reset.
      Effect.tapDefect(Effect.logError),
      Effect.catchCause(() =>
        Effect.sync(() => {
          socket.resetAndDestroy()
        })
      ),
    )
    const fiber = run(exchange)
    response.once("close", () => fiber.interruptUnsafe())
  })
  return yield* Effect.acquireRelease(
    listen(server, options.hostname ?? "127.0.0.1", options.port ?? 0),
    () => close(server),
  )
})
