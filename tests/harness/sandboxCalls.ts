import { assert } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { connect } from "node:net"

export interface Options {
  /** Sent as JSON, with its content type. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly body?: BodyInit
  readonly headers?: Readonly<Record<string, string>>
  /** The full key unless told otherwise; `null` sends none. */
  readonly key?: "full" | "readOnly" | { readonly value: string } | null
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export const request = (
  method: string,
  target: string,
  options: Options = {},
): Effect.Effect<Request, never, Sandbox> =>
  Effect.map(Sandbox, ({ keys, url }) => {
    const { body, headers, json, key = "full" } = options
    return new Request(target.startsWith("/") ? url + target : target, {
      method,
      headers: {
        ...(key === null
          ? {}
          : { "x-key": typeof key === "object" ? key.value : Redacted.value(keys[key]) }),
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: json === undefined ? body ?? null : JSON.stringify(json),
    })
  })

/** One request through the web-standard handler. A rejection is the error. */
export const call = (
  method: string,
  path: string,
  options?: Options,
): Effect.Effect<Reply, unknown, Sandbox> =>
  Effect.gen(function* () {
    const { handler } = yield* Sandbox
    const sent = yield* request(method, path, options)
    return yield* Effect.tryPromise({
      try: async () => {
        const response = await handler(sent)
        return {
          status: response.status,
          headers: response.headers,
          text: await response.text(),
        }
      },
      catch: (error) => error,
    })
  })

/** The status, and the body as JSON, or as text when it is not JSON. */
export const ask = (
  method: string,
  path: string,
  options?: Options,
): Effect.Effect<readonly [status: number, body: unknown], unknown, Sandbox> =>
  Effect.map(call(method, path, options), ({ headers, status, text }) => {
    const isJson = headers.get("content-type")?.startsWith("application/json") === true
    return [status, isJson ? JSON.parse(text) : text]
  })

/** Whatever comes back for requests that are written byte for byte, until the connection ends. */
export const raw = (port: number, requests: string): Effect.Effect<string> =>
  Effect.callback((resume) => {
    let answers = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(requests))
    socket.setEncoding("utf8")
    socket.on("data", (chunk) => answers += chunk)
    // The end of a connection that breaks comes after the error.
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(answers)))
  })

export const versioned: Readonly<Record<string, string>> = {
  accept: "application/vnd.np6.cm.v1+json",
}

/** Creates one target for each address and returns the ids. */
export const create = (
  ...addresses: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, unknown, Sandbox> =>
  Effect.forEach(
    addresses,
    (address) =>
      Effect.map(ask("POST", "/targets", { json: { 8103: address } }), ([status, body]) => {
        assert.strictEqual(status, 200)
        return (body as { readonly id: string }).id
      }),
  )

/** The addresses of all targets, in order. */
export const addresses: Effect.Effect<ReadonlyArray<unknown>, never, Sandbox> = Effect.flatMap(
  Sandbox,
  (sandbox) => Effect.map(sandbox.state, ({ targets }) => targets.map((one) => one.fields["8103"])),
)
