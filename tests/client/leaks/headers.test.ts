import { assert, describe, it } from "@effect/vitest"
import { type FieldValues, type Np6Options, Targets } from "@effect-np6/targets"
import { Effect, Redacted, Tracer } from "effect"
import * as fc from "fast-check"
import { type AddressInfo, createServer } from "node:net"
import { type Recorded, recording, status } from "../../harness/recording.ts"
import { calls } from "../../harness/leaks/situations.ts"

const names = ["accept", "content-length", "content-type", "user-agent", "x-key"]
const traced = ["b3", "traceparent"]
const printable = /^[\x20-\x7e]+$/

const assertPlain = ({ headers }: Recorded, apiKey: string, allowed = names): void => {
  assert.includeMembers(allowed, Object.keys(headers))
  assert.strictEqual(headers["x-key"], apiKey)
  assert.match(headers["user-agent"] ?? "", /^effect-np6-targets\/\d+\.\d+\.\d+$/)
  for (const value of Object.values(headers)) assert.match(value, printable)
}

/** Makes a call with these options; gives the requests of it, or that the layer was refused. */
const requestsOf = (
  options: Partial<Np6Options>,
  run: (targets: Targets["Service"]) => Effect.Effect<unknown, unknown>,
): Effect.Effect<ReadonlyArray<Recorded> | "refused"> => {
  const { requests, layer } = recording([status(404)], options)
  return Effect.flatMap(Targets, run).pipe(
    Effect.provide(layer),
    Effect.exit,
    Effect.map((exit) =>
      exit._tag === "Failure" && String(exit.cause).includes("InvalidInput") ? "refused" : requests
    ),
  )
}

describe("a key", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme-ascii" }),
    fc.stringMatching(/^[\x21-\x7e]{1,80}$/),
    fc.string({
      unit: fc.constantFrom("\r", "\n", "\0", ":", " ", "x-evil", "é", "\t", "\x7f", "a", "\u2028"),
    }),
  )
  it.effect("is refused, or sent exactly, in one header of its own", () =>
    Effect.promise(() => {
      let sent = 0
      return fc.assert(
        fc.asyncProperty(text, async (key) => {
          const requests = await Effect.runPromise(
            requestsOf({ apiKey: Redacted.make(key) }, (targets) => targets.get("000MLGPR")),
          )
          const isSendable = /^[\x21-\x7e]+$/.test(key)
          assert.strictEqual(requests === "refused", !isSendable)
          if (requests === "refused") return
          sent++
          for (const request of requests) assertPlain(request, key)
        }),
        { seed: 20261124, numRuns: 1000 },
      ).then(() => assert.isAbove(sent, 100))
    }))
})

describe("no argument gets into a header:", () => {
  for (const { operation, run } of calls) {
    it.effect(operation, () =>
      Effect.gen(function* () {
        const requests = yield* requestsOf({ apiKey: Redacted.make("a-key") }, run)
        assert.isNotEmpty(requests)
        for (const request of requests) {
          if (typeof request !== "string") assertPlain(request, "a-key")
        }
      }))
  }
})

describe("a trace that is propagated", () => {
  const spanOf = (traceId: string, spanId: string) => Tracer.externalSpan({ traceId, spanId })
  const hostile = ["a\r\nx-evil: 1", "a\nb", "a\0b", "é", "a b", "\ud800", "", "x".repeat(100_000)]
  for (const id of hostile) {
    it.effect(`with the id ${JSON.stringify(id.slice(0, 20))} is left out`, () =>
      Effect.gen(function* () {
        const run = (targets: Targets["Service"]) =>
          Effect.withParentSpan(targets.get("000MLGPR"), spanOf(id, id))
        const options = { apiKey: Redacted.make("a-key"), propagateTrace: true }
        const requests = yield* requestsOf(options, run)
        assert.strictEqual(requests.length, 1)
        for (const request of requests) {
          if (typeof request === "string") continue
          assertPlain(request, "a-key", [...names, ...traced])
          for (const name of traced) assert.notInclude(request.headers[name] ?? "", id || "--")
        }
      }))
  }

  it.effect("is sent where it is one", () =>
    Effect.gen(function* () {
      const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
      const options = { apiKey: Redacted.make("a-key"), propagateTrace: true }
      const requests = yield* requestsOf(options, (targets) =>
        Effect.withParentSpan(targets.get("000MLGPR"), spanOf(trace, "00f067aa0ba902b7")))
      const [request] = requests
      assert.include(
        typeof request === "object" ? request.headers["traceparent"] : "",
        trace,
      )
    }))
})

describe("on a socket", () => {
  /** Collects what comes in, byte for byte, and answers 404. */
  const listening = Effect.acquireRelease(
    Effect.callback<
      { readonly url: string; readonly seen: () => string; readonly close: () => void }
    >(
      (resume) => {
        let received = ""
        const server = createServer((socket) => {
          socket.on("error", () => {})
          socket.on("data", (data) => {
            received += data.toString("latin1")
            socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          resume(Effect.succeed({
            url: `http://127.0.0.1:${port}`,
            seen: () => received,
            close: () => void server.close(),
          }))
        })
      },
    ),
    ({ close }) => Effect.sync(close),
  )

  const splitters = [
    "\r\n",
    "\n",
    "\r",
    "%0d%0a",
    "\u560a\u560d",
    "\u010a\u010d",
    " HTTP/1.1\r\nx-evil: 1",
  ]
  const attempts = splitters.flatMap((split): ReadonlyArray<
    (targets: Targets["Service"]) => Effect.Effect<unknown, unknown>
  > => {
    const evil = `a${split}x-evil: 1`
    return [
      (targets) => targets.get(evil),
      (targets) => targets.delete(evil),
      (targets) => targets.getByUnicity(evil),
      (targets) => targets.upsert([evil, evil], { 8103: evil }),
      (targets) => targets.create({ 8103: evil, 8107: [evil] }),
      (targets) => targets.update("000MLGPR", { [evil]: evil } as FieldValues),
      (targets) => targets.deleteMany({ type: "unicity", value: [evil] }),
    ]
  })

  it.live("no line of a request is anybody's but the library's and fetch's", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* listening
      const layer = Targets.layerFetch({ apiKey: Redacted.make("a-key"), baseUrl: url })
      yield* Effect.gen(function* () {
        const targets = yield* Targets
        for (const attempt of attempts) yield* Effect.result(attempt(targets))
      }).pipe(Effect.provide(layer))
      const heads = seen().split(/(?=(?:GET|PUT|POST|DELETE) \/)/).map((one) =>
        one.split("\r\n\r\n")[0] ?? ""
      )
      assert.isAbove(heads.length, 10)
      for (const head of heads) {
        const [first, ...lines] = head.split("\r\n")
        assert.match(first ?? "", /^(?:GET|PUT|POST|DELETE) \/targets[^\s]* HTTP\/1\.1$/)
        assert.notMatch(head.replaceAll("\r\n", ""), /[\r\n]/)
        for (const line of lines) assert.notMatch(line, /^x-evil/i)
        assert.strictEqual(lines.filter((line) => /^x-key: a-key$/i.test(line)).length, 1)
      }
    }))
})
