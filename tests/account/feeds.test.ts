import { assert, describe, it } from "@effect/vitest"
import { Account } from "@effect-np6/targets"
import { DateTime, Effect, Fiber, type Scope, Stream, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { inPieces } from "../harness/bodyInPieces.ts"
import { json, recording, status } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"
import { recordingTracer } from "../harness/tracer.ts"

type Service = Account["Service"]
interface Failed {
  readonly _tag: string
  readonly operation: string
  readonly applied: "no" | "unknown"
  readonly attempts: number
  readonly reason?: string
  readonly delivered?: number
}

const utf8 = new TextEncoder()
const address = "jane.doe@example.com"

const bounced = {
  id: "0003Y5O9",
  bounces: [{
    type: "hardUser",
    fieldId: 788,
    detail: { message: `550 <${address}>: Recipient address rejected` },
    timestamp: "2008-11-20T10:55:00Z",
  }],
}

/** Each feed, with an element of it and one that it can't have. */
const feeds: ReadonlyArray<{
  readonly operation: string
  readonly feed: (account: Service) => Stream.Stream<unknown, Failed>
  readonly open: (
    account: Service,
  ) => Effect.Effect<
    { readonly status: number; readonly value: Stream.Stream<unknown, Failed> },
    Failed,
    Scope.Scope
  >
  readonly one: string
  readonly wrong: string
}> = [
  {
    operation: "account.segmentMembers",
    feed: (account) => account.segmentMembers(14098),
    open: (account) => account.withResponse.segmentMembers(14098),
    one: '"000PKXK4"',
    wrong: `"${address}"`,
  },
  {
    operation: "account.bounces",
    feed: (account) => account.bounces,
    open: (account) => account.withResponse.bounces,
    one: JSON.stringify(bounced),
    wrong: JSON.stringify({ ...bounced, bounces: [{ ...bounced.bounces[0], fieldId: address }] }),
  },
  {
    operation: "account.redList",
    feed: (account) => account.redList("sms"),
    open: (account) => account.withResponse.redList("sms"),
    one: '{"id":"000ABCD1","timestamp":"2016-06-10T08:01:00Z","origin":1,"detail":{}}',
    wrong: `{"id":"000ABCD1","timestamp":"${address}","origin":1}`,
  },
]

/** A body without an end. `seen` says how much of it was asked for, and whether it was given up. */
const endless = (one: string) => {
  const seen = { pieces: 0, isCancelled: false }
  const respond = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(utf8.encode("[")),
        pull: (controller) => {
          seen.pieces++
          controller.enqueue(utf8.encode(`${one},`))
        },
        cancel: () => {
          seen.isCancelled = true
        },
      }, { highWaterMark: 0 }),
    )
  return { seen, respond }
}

for (const { feed, one, open, operation, wrong } of feeds) {
  describe(operation, () => {
    it.effect("gives what has arrived, and asks for no more than is taken", () => {
      const { respond, seen } = endless(one)
      const { layer } = recording([respond])
      return Effect.gen(function* () {
        yield* feed(yield* Account).pipe(
          Stream.zipWithIndex,
          Stream.tap(([, at]) => Effect.sync(() => assert.isAtMost(seen.pieces, at + 2))),
          Stream.take(1_000),
          Stream.runDrain,
        )
        assert.isTrue(seen.isCancelled)
      }).pipe(Effect.provide(layer))
    })

    it.effect("is empty for an empty array, and for nothing else", () => {
      const { layer } = recording([status(200, " [ ]"), status(204), status(200, ""), json({})])
      return Effect.gen(function* () {
        const all = Stream.runCollect(feed(yield* Account))
        assert.deepStrictEqual(yield* all, [])
        for (let n = 0; n < 3; n++) {
          const error = yield* Effect.flip(all)
          assert.deepInclude(error, { _tag: "UnexpectedResponse", reason: "Body", delivered: 0 })
        }
      }).pipe(Effect.provide(layer))
    })

    const broken: ReadonlyArray<readonly [how: string, respond: () => Response, tag: string]> = [
      ["ends early", inPieces([utf8.encode(`[${one},${one}`)]), "UnexpectedResponse"],
      ["breaks off", inPieces([utf8.encode(`[${one},${one},`)], "error"), "TransportError"],
      [
        "has a wrong element",
        inPieces([utf8.encode(`[${one},${one},${wrong},${one}]`)]),
        "UnexpectedResponse",
      ],
    ]
    for (const [how, respond, tag] of broken) {
      it.effect(`fails where the response ${how}, and says how many came before`, () => {
        const { spans, tracer } = recordingTracer()
        const { layer, requests } = recording([respond])
        const came: Array<unknown> = []
        return Effect.gen(function* () {
          const error = yield* Effect.flip(
            Stream.runForEach(feed(yield* Account), (one) => Effect.sync(() => came.push(one))),
          )
          assert.deepInclude(error, { _tag: tag, operation, applied: "no", delivered: 2 })
          assert.lengthOf(came, 2)
          assert.lengthOf(requests, 1)
          const shown = JSON.stringify([error, String(error), spans.map((span) => span.attributes)])
          assert.notInclude(shown, address)
        }).pipe(Effect.provideService(Tracer.Tracer, tracer), Effect.provide(layer))
      })
    }

    it.effect("is requested again only before the response has begun", () => {
      const { layer, requests } = recording([
        status(503),
        inPieces([utf8.encode(`[${one},`)], "error"),
      ])
      return Effect.gen(function* () {
        const error = yield* Effect.flip(inTime(Stream.runDrain(feed(yield* Account))))
        assert.deepInclude(error, { attempts: 2, delivered: 1 })
        assert.lengthOf(requests, 2)
      }).pipe(Effect.provide(layer))
    })

    it.effect("fails after a silence of the timeout", () => {
      const { layer } = recording([inPieces([utf8.encode(`[${one},`)], "hang")], {
        timeout: "5 seconds",
      })
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(
          Effect.flip(Stream.runDrain(feed(yield* Account))),
        )
        yield* TestClock.adjust("5 seconds")
        assert.deepInclude(yield* Fiber.join(fiber), { reason: "Timeout", delivered: 1 })
      }).pipe(Effect.provide(layer))
    })

    it.effect("under withResponse has its head first, and is given up with its scope", () => {
      const { respond, seen } = endless(one)
      const { layer } = recording([respond])
      return Effect.gen(function* () {
        const account = yield* Account
        yield* Effect.scoped(Effect.gen(function* () {
          const response = yield* open(account)
          assert.strictEqual(response.status, 200)
          assert.isAtMost(seen.pieces, 1)
          yield* Stream.runDrain(Stream.take(response.value, 2))
        }))
        assert.isTrue(seen.isCancelled)
        yield* Effect.scoped(open(account))
      }).pipe(Effect.provide(layer))
    })
  })
}

describe("account.redList", () => {
  const period = (start: unknown, end: unknown) =>
    ({ start, end }) as { readonly start?: string; readonly end?: string }

  const queries: ReadonlyArray<readonly [start: unknown, end: unknown, query: string]> = [
    [undefined, undefined, ""],
    ["2016-06-10", undefined, "?startDate=2016-06-10T00%3A00%3A00Z"],
    [undefined, "2016-06-10T08:01", "?endDate=2016-06-10T08%3A01%3A00Z"],
    ["2016-06-10T10:01:00+02:00", undefined, "?startDate=2016-06-10T08%3A01%3A00Z"],
    [
      new Date("2016-06-10T08:01:00.5Z"),
      DateTime.makeZonedUnsafe("2016-06-11T08:01:00Z", { timeZone: "Europe/Paris" }),
      "?startDate=2016-06-10T08%3A01%3A00.500Z&endDate=2016-06-11T08%3A01%3A00Z",
    ],
    [
      "2016-06-10",
      "2016-06-10",
      "?startDate=2016-06-10T00%3A00%3A00Z&endDate=2016-06-10T00%3A00%3A00Z",
    ],
  ]
  for (const [start, end, query] of queries) {
    it.effect(`sends the period from ${start} to ${end} as ${query || "nothing"}`, () => {
      const { layer, requests } = recording([json([])])
      return Effect.gen(function* () {
        const account = yield* Account
        yield* Stream.runDrain(account.redList("mail", period(start, end)))
        assert.strictEqual(requests[0]?.url.search, query)
      }).pipe(Effect.provide(layer))
    })
  }

  const refused: ReadonlyArray<readonly [start: unknown, end: unknown, input: string]> = [
    ["", undefined, "period.start"],
    ["yesterday", undefined, "period.start"],
    ["2016-02-30", undefined, "period.start"],
    ["20160610", undefined, "period.start"],
    [1465545660, undefined, "period.start"],
    [null, undefined, "period.start"],
    [undefined, new Date(NaN), "period.end"],
    [undefined, new Date(8.64e15), "period.end"],
    ["2016-06-11", "2016-06-10", "period"],
  ]
  for (const [start, end, input] of refused) {
    it.effect(`sends nothing for a period from ${start} to ${end}`, () => {
      const { layer, requests } = recording([json([])])
      return Effect.gen(function* () {
        const account = yield* Account
        const error = yield* Effect.flip(
          Stream.runDrain(account.redList("mail", period(start, end))),
        )
        assert.deepInclude(error, { _tag: "InvalidInput", operation: "account.redList", input })
        assert.lengthOf(requests, 0)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("sends nothing for another list, or for a period that is none", () => {
    const { layer, requests } = recording([json([])])
    return Effect.gen(function* () {
      const account = yield* Account
      const wrong: ReadonlyArray<readonly [unknown, unknown, string]> = [
        ["post", undefined, "list"],
        ["../count", undefined, "list"],
        [undefined, undefined, "list"],
        ["mail", "2016-06-10", "period"],
        ["mail", null, "period"],
      ]
      for (const [list, period, input] of wrong) {
        // @ts-expect-error -- as a program in JavaScript may call it
        const error = yield* Effect.flip(Stream.runDrain(account.redList(list, period)))
        assert.deepInclude(error, { _tag: "InvalidInput", input })
      }
      assert.lengthOf(requests, 0)
    }).pipe(Effect.provide(layer))
  })
})
