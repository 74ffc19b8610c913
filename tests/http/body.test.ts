import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { recording, sampleTarget } from "../harness/recording.ts"

type Service = Targets["Service"]

const utf8 = new TextEncoder()
const one = JSON.stringify(sampleTarget)
const once = { retry: RetryPolicy.none }
const kibibyte = utf8.encode("x".repeat(1024))

/** A body that keeps count of what happens to it. */
const counted = (
  pieces: (n: number) => Uint8Array | "close" | "hang",
  init: ResponseInit = {},
) => {
  const seen = { pulled: 0, isClosed: false, isCancelled: false }
  return {
    seen,
    answer: () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull: (controller) => {
            const piece = pieces(seen.pulled)
            if (piece === "hang") return
            if (piece === "close") {
              seen.isClosed = true
              return controller.close()
            }
            seen.pulled++
            controller.enqueue(piece)
          },
          cancel: () => {
            seen.isCancelled = true
          },
        }, { highWaterMark: 0 }),
        init,
      ),
  }
}
// Long enough to be cut, and not so long that it would be read for ever if it weren't.
const long = (init?: ResponseInit) => counted((n) => n < 1024 ? kibibyte : "close", init)
const bytes = (...pieces: ReadonlyArray<string | ReadonlyArray<number>>) =>
  counted((n) => {
    const piece = pieces[n]
    return piece === undefined
      ? "close"
      : typeof piece === "string"
      ? utf8.encode(piece)
      : new Uint8Array(piece)
  })

const silent: { readonly [operation: string]: (targets: Service) => Effect.Effect<void, unknown> } =
  {
    addToSegment: (targets) => targets.addToSegment("000MLGPR", 12345),
    removeFromSegment: (targets) => targets.removeFromSegment("000MLGPR", 12345),
    delete: (targets) => targets.delete("000MLGPR"),
  }

describe("a body that nobody needs", () => {
  for (const [operation, run] of Object.entries(silent)) {
    it.effect(`is read to its end after ${operation}, to free its connection`, () => {
      const { seen, answer } = counted((n) => n < 3 ? kibibyte : "close")
      const { layer } = recording([answer], once)
      return Effect.gen(function* () {
        yield* run(yield* Targets)
        assert.deepStrictEqual(seen, { pulled: 3, isClosed: true, isCancelled: false })
      }).pipe(Effect.provide(layer))
    })

    it.effect(`is cut and cancelled after ${operation} when it is long`, () => {
      const { seen, answer } = long()
      const { layer } = recording([answer], once)
      return Effect.gen(function* () {
        yield* run(yield* Targets)
        assert.deepStrictEqual(seen, { pulled: 64, isClosed: false, isCancelled: true })
      }).pipe(Effect.provide(layer))
    })

    it.effect(`isn't waited for after ${operation} for more than a second`, () => {
      const { seen, answer } = counted((n) => n < 1 ? kibibyte : "hang")
      const { layer } = recording([answer], once)
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(run(yield* Targets))
        yield* TestClock.adjust("999 millis")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(fiber)
        assert.isTrue(seen.isCancelled)
      }).pipe(Effect.provide(layer))
    })

    it.effect(`that breaks off is no failure of ${operation}`, () => {
      const breaking = () =>
        new Response(new ReadableStream({ pull: (it) => it.error(new Error("reset")) }))
      const { layer } = recording([breaking], once)
      return Effect.gen(function* () {
        yield* run(yield* Targets)
      }).pipe(Effect.provide(layer))
    })
  }
})

describe("a body of an error", () => {
  const heads: ReadonlyArray<readonly [name: string, headers: Record<string, string>]> = [
    ["without a length", {}],
    ["of a declared length beyond it", { "content-length": "65537" }],
    ["of an encoding", { "content-length": "10", "content-encoding": "gzip" }],
    ["of a length that is no number", { "content-length": "many" }],
  ]
  for (const [name, headers] of heads) {
    for (const code of [400, 404, 429, 500]) {
      it.effect(`${name} is cut at 64 KiB, and let go: ${code}`, () => {
        const { seen, answer } = long({ status: code, headers })
        const { layer } = recording([answer], once)
        return Effect.gen(function* () {
          const targets = yield* Targets
          const error = yield* Effect.flip(targets.get("000MLGPR"))
          assert.propertyVal(error, "status", code)
          assert.deepStrictEqual(seen, { pulled: 64, isClosed: false, isCancelled: true })
        }).pipe(Effect.provide(layer))
      })
    }
  }

  it.effect("of 64 KiB less a byte is read whole", () => {
    const { seen, answer } = counted(
      (n) => n < 63 ? kibibyte : n === 63 ? kibibyte.slice(1) : "close",
      { status: 400 },
    )
    const { layer } = recording([answer], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* Effect.flip(targets.get("000MLGPR"))
      assert.deepStrictEqual(seen, { pulled: 64, isClosed: true, isCancelled: false })
    }).pipe(Effect.provide(layer))
  })

  it.effect("is put together from its pieces, in order", () => {
    const { answer } = counted(
      (n) => ["no ", "such ", "fie", "ld"].map((text) => utf8.encode(text))[n] ?? "close",
      { status: 400 },
    )
    const { layer } = recording([answer], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.propertyVal(yield* Effect.flip(targets.get("000MLGPR")), "detail", "no such field")
    }).pipe(Effect.provide(layer))
  })

  it.effect("that isn't UTF-8 keeps what can be read", () => {
    const pieces = [utf8.encode("no "), new Uint8Array([0xc3, 0x28]), utf8.encode(" field")]
    const { answer } = counted((n) => pieces[n] ?? "close", { status: 400 })
    const { layer } = recording([answer], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.get("000MLGPR"))
      assert.strictEqual(error._tag, "BadRequest")
      assert.isTrue("detail" in error && error.detail?.startsWith("no "))
    }).pipe(Effect.provide(layer))
  })
})

const reads: {
  readonly [operation: string]: {
    readonly run: (targets: Service) => Effect.Effect<unknown, { readonly _tag: string }>
    readonly body: string
  }
} = {
  list: { run: (targets) => targets.list, body: `[${one}]` },
  stream: { run: (targets) => Stream.runDrain(targets.stream), body: `[${one}]` },
  get: { run: (targets) => targets.get("000MLGPR"), body: one },
  getByUnicity: { run: (targets) => targets.getByUnicity("a@b.c"), body: one },
  deleteMany: {
    run: (targets) => targets.deleteMany({ type: "id", value: ["000MLGPR"] }),
    body: "[]",
  },
}
// Each of them is the beginning of a character.
const cut: ReadonlyArray<ReadonlyArray<number>> = [
  [0xc3],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x98],
  [0xef, 0xbb],
]

describe("a body that ends within a character", () => {
  for (const [operation, { run, body }] of Object.entries(reads)) {
    for (const end of cut) {
      it.effect(`is refused, although its value was whole: ${operation}, ${end}`, () => {
        const { layer } = recording([bytes(body, end).answer], once)
        return Effect.gen(function* () {
          const error = yield* Effect.flip(run(yield* Targets))
          assert.strictEqual(error._tag, "UnexpectedResponse")
          assert.propertyVal(error, "reason", "Body")
          assert.propertyVal(error, "detail", "the body is not UTF-8")
        }).pipe(Effect.provide(layer))
      })
    }
  }
})

describe("a byte order mark", () => {
  const named = `{"id":"000MLGPR","creationDate":"2016-04-04T08:55:00Z",` +
    `"lastUpdateDate":"2016-04-25T14:27:00Z","fields":{"8102":"`
  const mark = [0xef, 0xbb, 0xbf]

  it.effect("within a list is part of the value, wherever the body is cut", () =>
    Effect.forEach(
      [
        [`[${named}`, mark, `Doe"}}]`],
        [`[${named}\ufeffDoe"}}]`],
        [`[${named}`, [0xef], [0xbb, 0xbf], `Doe"}}]`],
        [`[${named}`, [...mark, ...utf8.encode("Doe")], `"}}]`],
      ],
      (pieces) => {
        const { layer } = recording([bytes(...pieces).answer, bytes(...pieces).answer], once)
        return Effect.gen(function* () {
          const targets = yield* Targets
          const lists = [yield* targets.list, yield* Stream.runCollect(targets.stream)]
          for (const list of lists) {
            assert.deepStrictEqual(list.map(({ fields }) => fields[8102]), ["\ufeffDoe"])
          }
        }).pipe(Effect.provide(layer))
      },
      { discard: true },
    ))

  it.effect("within a target is part of the value", () => {
    const { layer } = recording([bytes(named, mark, `Doe"}}`).answer], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* targets.get("000MLGPR")).fields[8102], "\ufeffDoe")
    }).pipe(Effect.provide(layer))
  })

  for (const [operation, { run, body }] of Object.entries(reads)) {
    it.effect(`may begin the answer of ${operation}, once, and be nowhere else`, () =>
      Effect.forEach(
        [
          [[mark, body], true],
          [[[0xef], [0xbb], [0xbf], body], true],
          [[mark, mark, body], false],
          [[body, mark], false],
        ] as const,
        ([pieces, isRead]) => {
          const { layer } = recording([bytes(...pieces).answer], once)
          return Effect.gen(function* () {
            const exit = yield* Effect.exit(run(yield* Targets))
            assert.strictEqual(exit._tag, isRead ? "Success" : "Failure")
          }).pipe(Effect.provide(layer))
        },
        { discard: true },
      ))
  }
})
