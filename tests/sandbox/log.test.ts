import { assert, describe, it } from "@effect/vitest"
import { Fault, Sandbox, type SandboxOperation } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { addresses, ask, call, create } from "../harness/sandboxCalls.ts"

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox>) =>
  it.effect(name, () => Effect.provide(effect, Sandbox.layer))

describe("the log", () => {
  test(
    "holds every request in order, as it was sent, with what became of it",
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000)
      yield* call("PUT", "/targets?unicity=a%2Bb%40c.d", { json: { 8103: "a+b@c.d" } })
      yield* TestClock.setTime(2_000)
      yield* call("GET", "/nowhere", { key: null, headers: { accept: "*/*" } })
      const { requests } = yield* Sandbox
      assert.deepStrictEqual(yield* requests, [
        {
          index: 1,
          time: 1_000,
          operation: "targets.upsert",
          method: "PUT",
          path: "/targets",
          query: "unicity=a%2Bb%40c.d",
          headers: { "content-length": "18", "content-type": "application/json", "x-key": "full" },
          body: '{"8103":"a+b@c.d"}',
          bodyBytes: 18,
          status: 200,
          reason: undefined,
          requestId: "00000000-0000-4000-8000-000000000001",
          applied: true,
          fault: undefined,
          milliseconds: 0,
        },
        {
          index: 2,
          time: 2_000,
          operation: "unknown",
          method: "GET",
          path: "/nowhere",
          query: "",
          headers: { accept: "*/*" },
          body: "",
          bodyBytes: 0,
          status: 501,
          reason:
            "The sandbox has no such route: it knows those of targets, of fields, value lists " +
            "and segments, and some that NP6's own clients call. NP6 may have it",
          requestId: "00000000-0000-4000-8000-000000000002",
          applied: false,
          fault: undefined,
          milliseconds: 0,
        },
      ])
    }),
  )

  test(
    "shows the length that a transport would have added",
    Effect.gen(function* () {
      for (const method of ["GET", "DELETE", "POST", "PUT", "PATCH"]) {
        yield* call(method, "/targets")
      }
      yield* call("DELETE", "/targets", { json: {} })
      const { requests } = yield* Sandbox
      assert.deepStrictEqual(
        (yield* requests).map(({ headers }) => headers["content-length"]),
        [undefined, undefined, "0", "0", "0", "2"],
      )
    }),
  )

  test(
    "names keys and never shows one",
    Effect.gen(function* () {
      yield* call("GET", "/targets")
      yield* call("GET", "/targets", { key: "readOnly" })
      yield* call("GET", "/targets", { key: { value: "secret-key" } })
      const { keys, requests } = yield* Sandbox
      const log = yield* requests
      assert.deepStrictEqual(
        log.map((record) => record.headers["x-key"]),
        ["full", "readOnly", "unknown"],
      )
      assert.notMatch(inspect([log, keys], { depth: 9 }), /sandbox-|secret-key/)
    }),
  )

  test(
    "names the operation of every endpoint",
    Effect.gen(function* () {
      const sent: ReadonlyArray<readonly [SandboxOperation, method: string, path: string]> = [
        ["targets.list", "GET", "/targets"],
        ["targets.get", "GET", "/targets/X"],
        ["targets.getByUnicity", "GET", "/targets?unicity=X"],
        ["targets.getByUnicity", "GET", "/targets?hash=X"],
        ["targets.getByUnicity", "GET", "/experimentations/targets?unicity=X"],
        ["targets.upsert", "PUT", "/targets?unicity=X"],
        ["targets.upsert", "PUT", "/targets"],
        ["targets.create", "POST", "/targets"],
        ["targets.update", "PUT", "/targets/X"],
        ["targets.addToSegment", "POST", "/targets/X/segments/1"],
        ["targets.addToSegment", "POST", "/segments/1/targets/X"],
        ["targets.removeFromSegment", "DELETE", "/targets/X/segments/1"],
        ["targets.delete", "DELETE", "/targets/X"],
        ["targets.deleteMany", "DELETE", "/targets"],
        ["targets.deleteMany", "DELETE", "/targets/"],
        ["targets.segments", "GET", "/targets/X/segments"],
        ["account.fields", "GET", "/fields"],
        ["account.fields", "GET", "/fields/1"],
        ["account.valueLists", "GET", "/valueLists"],
        ["account.valueLists", "GET", "/valuelists/1"],
        ["account.segments", "GET", "/segments"],
        ["account.segments", "GET", "/V1/segments/"],
        ["account.segment", "GET", "/segments/1"],
        ["account.segmentMembers", "GET", "/segments/1/targets"],
        ["segments.addTargets", "PUT", "/segments/1/targets"],
        ["account.count", "GET", "/targets/count"],
        ["account.bounces", "GET", "/targets/bounces"],
        ["account.redList", "GET", "/targets/redlist/mail"],
        ["account.redList", "GET", "/targets/redlist/sms"],
        ["actions.addTarget", "POST", "/actions/X/targets/X"],
        ["unknown", "GET", "/imports"],
        ["unknown", "PATCH", "/targets"],
      ]
      for (const [, method, path] of sent) yield* call(method, path)
      const { requests } = yield* Sandbox
      assert.deepStrictEqual(
        (yield* requests).map(({ method, operation, path, query }) => [
          operation,
          method,
          query === "" ? path : `${path}?${query}`,
        ]),
        sent.map((one) => [...one]),
      )
    }),
  )

  test(
    "shows a request that is still without a response",
    Effect.gen(function* () {
      const { requests, script } = yield* Sandbox
      yield* script({ fault: Fault.latency("1 second") })
      yield* Effect.forkChild(call("GET", "/targets"))
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual((yield* requests).map((record) => record.status), [undefined])
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual((yield* requests).map((record) => record.status), [200])
    }),
  )
})

describe("the state", () => {
  test(
    "is a snapshot",
    Effect.gen(function* () {
      yield* create("a@b.c")
      const { requests, state } = yield* Sandbox
      const [targets, log] = [yield* state, yield* requests]
      yield* ask("PUT", "/targets/000MLGPR", { json: { 8101: "Mr" } })
      yield* call("POST", "/targets/000MLGPR/segments/12345")
      assert.deepStrictEqual(targets.targets, [{
        id: "000MLGPR",
        creationDate: 0,
        lastUpdateDate: 0,
        fields: { 8103: "a@b.c" },
        segments: [],
        bounce: [],
        redList: {},
      }])
      assert.strictEqual(log.length, 1)
    }),
  )

  test(
    "is each layer's own",
    Effect.gen(function* () {
      yield* create("a@b.c")
      assert.deepStrictEqual(yield* Effect.provide(addresses, Layer.fresh(Sandbox.layer)), [])
    }),
  )
})

describe("a reset", () => {
  it.effect("goes back to the seed, without rules and with an empty log", () =>
    Effect.gen(function* () {
      const { requests, reset, script } = yield* Sandbox
      yield* create("d@e.f")
      yield* call("DELETE", "/targets/000MLGPR")
      yield* script({ times: Infinity, fault: Fault.status(503) })
      yield* reset
      assert.deepStrictEqual(yield* addresses, ["a@b.c"])
      assert.deepStrictEqual(yield* requests, [])
      assert.deepStrictEqual(yield* create("d@e.f"), ["000MLGPS"])
    }).pipe(Effect.provide(Sandbox.layerWith({ targets: [{ fields: { 8103: "a@b.c" } }] }))))
})
