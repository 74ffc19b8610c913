import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { isControl } from "./control.ts"
import { SandboxListenError } from "./SandboxListenError.ts"
import type { HandleOptions, SandboxAddress, ServeOptions } from "./SandboxService.ts"
import type { SocketError, WireRequest } from "./WireRequest.ts"
import { largestBody } from "./server.ts"

type Http = typeof import("node:http")

/**
 * Node's HTTP server, without an import that a bundler for browsers would fail on. Deno and Bun have
 * it too.
 */
const nodeHttp = (): Http => {
  const runtime = Reflect.get(globalThis, "process") as
    | { readonly getBuiltinModule?: (name: string) => unknown }
    | undefined
  const http = runtime?.getBuiltinModule?.("node:http")
  if (http === undefined) throw new Error("this runtime has no node:http")
  // The module of this name is this one.
  return http as Http
}

/** The largest body of a control route: a seed of some hundred thousand targets. */
const largestSeed = 512 * 1024 * 1024

/** What a request says that its body's length is, as far as a buffer may be reserved for it. */
const announcedLength = ({ headers }: IncomingMessage, most: number): number => {
  const length = Number(headers["content-length"] ?? 0)
  return Number.isSafeInteger(length) && length <= most ? length : 0
}

/**
 * Reads a body into one buffer. A longer one is read to its end, so that the client comes to read
 * the response, and is not kept.
 */
const readBody = async (request: IncomingMessage, most: number): Promise<Uint8Array> => {
  const { "content-length": announced, "transfer-encoding": encoding } = request.headers
  if (announced === undefined && encoding === undefined) return new Uint8Array()
  let buffer = new Uint8Array(announcedLength(request, most))
  let length = 0
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    if (length + chunk.length > most) {
      buffer = new Uint8Array()
      length = Infinity
    }
    if (length === Infinity) continue
    if (length + chunk.length > buffer.length) {
      const grown = new Uint8Array(Math.max(length + chunk.length, 2 * buffer.length))
      grown.set(buffer.subarray(0, length))
      buffer = grown
    }
    buffer.set(chunk, length)
    length += chunk.length
  }
  return length === Infinity ? buffer : buffer.subarray(0, length)
}

/**
 * The path of a request as a URL. Clients write a whole URL where they take the sandbox for a proxy:
 * with `http_proxy`, programs that have NP6's host in their code need no change.
 */
const urlOf = (target: string): URL =>
  /^https?:\/\//i.test(target)
    ? new URL(target)
    // Not `new URL(target, base)`: a target of `//elsewhere/targets` would change the host.
    : new URL(`http://localhost${target.startsWith("/") ? target : `/${target}`}`)

const read = async (request: IncomingMessage): Promise<WireRequest> => {
  const url = urlOf(request.url ?? "/")
  const body = await readBody(request, isControl(url.pathname) ? largestSeed : largestBody)
  const headers = new Headers()
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
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

/** Addresses that mean every one of this machine, and one of them that a client can connect to. */
const wildcards: { readonly [hostname: string]: string } = { "0.0.0.0": "127.0.0.1", "::": "::1" }

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
        const reached = wildcards[hostname] ?? hostname
        const host = reached.includes(":") ? `[${reached}]` : reached
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

type Handle = (
  request: WireRequest,
  options: HandleOptions,
) => Effect.Effect<Response, SocketError>

export const serve = Effect.fnUntraced(function* (
  handle: Handle,
  options: ServeOptions,
): Effect.fn.Return<SandboxAddress, SandboxListenError, Scope.Scope> {
  const { hostname = "127.0.0.1", port = 0 } = options
  const http = yield* Effect.try({
    try: nodeHttp,
    catch: (cause) => new SandboxListenError({ hostname, port, cause }),
  })
  const run = Effect.runForkWith(yield* Effect.context<never>())
  // The last exchange of each connection. Pipelined requests come at once, and NP6 would act on them
  // one after the other.
  const exchanges = new WeakMap<object, Promise<unknown>>()
  const server = http.createServer((request, response) => {
    const { socket } = request
    const before = exchanges.get(socket)
    const exchange = Effect.tryPromise(async () => {
      await before
      return await read(request)
    }).pipe(
      Effect.flatMap((wire) => handle(wire, options)),
      Effect.flatMap((answer) => Effect.promise(() => send(answer, response))),
      // An impossible response, such as a fault with status 99, would else look like a reset.
      Effect.tapDefect(Effect.logError),
      Effect.catchCause(() =>
        Effect.sync(() => {
          socket.resetAndDestroy()
        })
      ),
    )
    const fiber = run(exchange)
    exchanges.set(socket, new Promise((resolve) => fiber.addObserver(resolve)))
    response.once("close", () => fiber.interruptUnsafe())
  })
  return yield* Effect.acquireRelease(listen(server, hostname, port), () => close(server))
})
