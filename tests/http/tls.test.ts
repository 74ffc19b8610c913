import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect, Redacted, Schedule } from "effect"
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { listening } from "../harness/loopback.ts"
import { operations } from "../harness/operations.ts"

// Signed by itself until 2126, for loopback: whoever has the key can do nothing with it.
const cert = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUdOlEYk9QNF1opGgSQGS/h/v71N8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNTAyMzk0M1oYDzIxMjYxMTAx
MDIzOTQzWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQAPid8lTLe8GpwyfMiQ9ZBBmpNkTqndRBUmtLGhi3tKAoiybcqO2Xv
F9aMM7AyTRwzVzATiMWDLlFQ/3NWUi89o2QwYjAdBgNVHQ4EFgQUos+IJ7a7R07s
87aWWEZSfFR8RvwwHwYDVR0jBBgwFoAUos+IJ7a7R07s87aWWEZSfFR8RvwwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IQD3UC6H5Vu73Fppoxh8PgHUgRn230In83HGFA+EFFAmEgIgGLbElP/Lvg8l2cuD
fcnJvDvbc9A7rZPy0hw8aUd8KWk=
-----END CERTIFICATE-----
`
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaw1byd7WajgiMx7A
QbJoFvPf/5jtdMT7xVUljFtrtA+hRANCAAQAPid8lTLe8GpwyfMiQ9ZBBmpNkTqn
dRBUmtLGhi3tKAoiybcqO2XvF9aMM7AyTRwzVzATiMWDLlFQ/3NWUi89
-----END PRIVATE KEY-----
`

/** A server on loopback that keeps what reaches it. */
const served = (create: (listener: RequestListener) => Server) => {
  const seen: Array<string> = []
  const server = create((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    response.end("{}")
  })
  // What a client that breaks off its handshake leaves is no fault of the server's.
  server.on("tlsClientError", () => {})
  return Effect.map(listening(server), ({ port }) => ({ port, seen }))
}

const over = (port: number, retry: RetryPolicy.RetryPolicy) =>
  Targets.layerFetch({
    apiKey: Redacted.make("a-key"),
    baseUrl: `https://127.0.0.1:${port}`,
    retry,
  })

const once = RetryPolicy.make({ schedule: Schedule.recurs(1) })

describe("over TLS", () => {
  for (const { operation, run } of operations) {
    it.live(`a certificate that nobody signed gets no request: ${operation}`, () =>
      Effect.gen(function* () {
        const { port, seen } = yield* served((listener) => createTlsServer({ cert, key }, listener))
        const error = yield* Effect.flip(Targets.use((targets) => run(targets))).pipe(
          Effect.provide(over(port, once)),
        )
        assert.strictEqual(error._tag, "TransportError")
        assert.propertyVal(error, "reason", "Connect")
        assert.propertyVal(error, "applied", "no")
        assert.propertyVal(error, "attempts", 2)
        assert.deepStrictEqual(seen, [])
      }).pipe(Effect.scoped))

    it.live(`a server without it gets no request: ${operation}`, () =>
      Effect.gen(function* () {
        const { port, seen } = yield* served(createPlainServer)
        const error = yield* Effect.flip(Targets.use((targets) => run(targets))).pipe(
          Effect.provide(over(port, RetryPolicy.none)),
        )
        assert.strictEqual(error._tag, "TransportError")
        assert.propertyVal(error, "attempts", 1)
        assert.deepStrictEqual(seen, [])
      }).pipe(Effect.scoped))
  }
})
