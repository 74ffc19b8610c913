import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect, Fiber, Redacted, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { inPieces } from "../harness/bodyInPieces.ts"
import { recording, sampleTarget, status } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"

const target = (n: number) => ({
  id: n.toString(36).toUpperCase().padStart(8, "0"),
  creationDate: "2016-04-04T08:55:00Z",
  lastUpdateDate: "2016-04-25T14:27:00Z",
  fields: { "8103": `é😀${n}@example.com` },
})
const utf8 = new TextEncoder()

const text = (json: string) => [utf8.encode(json)]

describe("a stream", () => {
  it.effect("delivers every target, wherever the body is cut into pieces", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 20 }),
          fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
          async (count, sizes) => {
            const targets = Array.from({ length: count }, (_, n) => target(n))
            const bytes = utf8.encode(JSON.stringify(targets))
            const pieces: Array<Uint8Array> = []
            for (let at = 0, i = 0; at < bytes.length; i++) {
              const size = sizes[i % sizes.length] ?? 1
              pieces.push(bytes.slice(at, at += size))
            }
            const { layer } = recording([inPieces(pieces)])
            const got = await Effect.runPromise(
              Effect.gen(function* () {
                const { stream, list } = yield* Targets
                return [yield* Stream.runCollect(stream), yield* list]
              }).pipe(Effect.provide(layer)),
            )
            for (const listed of got) {
              assert.deepStrictEqual(
                listed.map(({ id, fields }) => ({ id: String(id), fields })),
                targets.map(({ id, fields }) => ({ id, fields })),
              )
            }
          },
        ),
        { seed: 7, numRuns: 200 },
      )
    ))

  it.effect("delivers what has arrived before the rest has", () => {
    const { layer } = recording([inPieces(text(`[${JSON.stringify(target(1))},`), "hang")])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const first = yield* Stream.runHead(targets.stream)
      assert.isTrue(first._tag === "Some" && first.value.id === "00000001")
    }).pipe(Effect.provide(layer))
  })

  const one = JSON.stringify(target(1))
  const notArray = "the body is not a whole JSON array"
  const broken: ReadonlyArray<
    readonly [name: string, answer: () => Response, problem: string, delivered: number]
  > = [
    ["ends early", inPieces(text(`[${one},${one}`)), notArray, 2],
    [
      "ends within a target",
      inPieces([...text(`[${one},`), ...text(one.slice(0, 30))]),
      notArray,
      1,
    ],
    [
      "has something after its end",
      inPieces([...text(`[${one}]`), ...text("[]")]),
      notArray,
      1,
    ],
    ["isn't an array", inPieces(text(one)), notArray, 0],
    ["is HTML", inPieces(text("<html>")), "Html", 0],
    ["isn't there", status(204), "the body is empty", 0],
    ["is empty", inPieces([]), notArray, 0],
    [
      "holds something else",
      inPieces([...text(`[${one},`), ...text(`{"id":1}]`)]),
      "Expected string at id",
      1,
    ],
    [
      "holds something else in the middle of a piece",
      inPieces(text(`[${one},${one},{"id":1},${one}]`)),
      "Expected string at id",
      2,
    ],
    [
      "isn't JSON in the middle of a piece",
      inPieces(text(`[${one},${one},${one.replace(":", ";")},${one}]`)),
      notArray,
      2,
    ],
    [
      "isn't UTF-8",
      inPieces([...text(`[${one},`), new Uint8Array([0x22, 0xc3, 0x28])]),
      "the body is not UTF-8",
      1,
    ],
    [
      "ends within a character",
      inPieces([...text(`[${one},"`), new Uint8Array([0xc3])]),
      "the body is not UTF-8",
      1,
    ],
    ["is nested too deep", inPieces(text(`[${"[".repeat(2000)}`)), "TooLarge", 0],
    ["breaks off", inPieces(text(`[${one},${one},`), "error"), "Reset", 2],
  ]
  for (const [name, answer, problem, delivered] of broken) {
    it.effect(`whose body ${name} fails, and says that ${delivered} came before`, () => {
      const { requests, layer } = recording([answer])
      const got: Array<string> = []
      return Effect.gen(function* () {
        const targets = yield* Targets
        const error = yield* Effect.flip(
          Stream.runForEach(targets.stream, ({ id }) => Effect.sync(() => got.push(id))),
        )
        assert.strictEqual(
          error._tag,
          problem === "Reset" ? "TransportError" : "UnexpectedResponse",
        )
        assert.include(
          ["detail" in error ? error.detail : "", Reflect.get(error, "reason")],
          problem,
        )
        assert.propertyVal(error, "delivered", delivered)
        assert.propertyVal(error, "operation", "targets.stream")
        assert.propertyVal(error, "requestId", "req-1")
        assert.strictEqual(got.length, delivered)
        assert.strictEqual(requests.length, 1)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("that breaks off with the key in place of a code doesn't show it", () => {
    const key = "CANARY_KEY_3F9A1C"
    const breaking = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.error(Object.assign(new Error(), { code: key })),
        }),
      )
    const { layer } = recording([breaking], { apiKey: Redacted.make(key) })
    return Effect.gen(function* () {
      const { stream } = yield* Targets
      const error = yield* Effect.flip(Stream.runDrain(stream))
      assert.strictEqual(error._tag, "TransportError")
      assert.notInclude(`${error.message}${JSON.stringify(error)}`, key)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that can't become an array any more fails before its end", () => {
    const { layer } = recording([inPieces(text(`[${one},,`), "hang")])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(Stream.runDrain(targets.stream))
      assert.propertyVal(error, "detail", notArray)
      assert.propertyVal(error, "delivered", 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that was read before says so", () => {
    const { layer } = recording([inPieces(text(`[${one}]`))], {
      transformClient: HttpClient.tap((response) => response.text),
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(Stream.runDrain(targets.stream))
      assert.propertyVal(error, "detail", "the body was read before, by `transformClient`")
    }).pipe(Effect.provide(layer))
  })

  it.effect("may come in several pieces at once", () => {
    const pieces = [`[${one},`, `${one}`, `,${one.slice(0, 20)}`, `${one.slice(20)}]`]
    // A client of the caller's may hand on what it has gathered.
    const gathered = HttpClient.transformResponse(Effect.map((response) =>
      Object.create(response, {
        stream: { value: Stream.fromIterable(pieces.map((piece) => utf8.encode(piece))) },
      })
    ))
    const { layer } = recording([inPieces([])], { transformClient: gathered })
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.lengthOf(yield* Stream.runCollect(targets.stream), 3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("may take its time, as long as it isn't silent for the timeout", () => {
    let give: (piece: string) => void = () => {}
    const slow = () =>
      new Response(
        new ReadableStream({
          start: (controller) => {
            give = (piece) => controller.enqueue(utf8.encode(piece))
          },
        }),
      )
    const { layer } = recording([slow])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(Stream.runCollect(Stream.take(targets.stream, 10)))
      yield* TestClock.adjust(0)
      for (let n = 0; n < 10; n++) {
        yield* TestClock.adjust("29 seconds")
        yield* Effect.sync(() => give(n === 0 ? `[${one}` : `,${one}`))
        yield* TestClock.adjust(0)
      }
      assert.strictEqual((yield* Fiber.join(fiber)).length, 10)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that falls silent fails after the timeout", () => {
    const { layer } = recording([inPieces(text(`[${one},`), "hang")], { timeout: "5 seconds" })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(Effect.flip(Stream.runDrain(targets.stream)))
      yield* TestClock.adjust("5 seconds")
      const error = yield* Fiber.join(fiber)
      assert.propertyVal(error, "reason", "Timeout")
      assert.propertyVal(error, "delivered", 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that is left early lets its connection go", () => {
    let cancelled = false
    const endless = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(utf8.encode("[")),
          pull: (controller) => controller.enqueue(utf8.encode(`${one},`)),
          cancel: () => {
            cancelled = true
          },
        }),
      )
    const { layer } = recording([endless])
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* Stream.runCollect(Stream.take(targets.stream, 3))).length, 3)
      assert.isTrue(cancelled)
    }).pipe(Effect.provide(layer))
  })

  it.effect("doesn't read ahead of a slow consumer", () => {
    let pulled = 0
    const endless = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(utf8.encode("[")),
          pull: (controller) => {
            pulled++
            controller.enqueue(utf8.encode(`${one},`))
          },
        }, { highWaterMark: 0 }),
      )
    const { layer } = recording([endless])
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* targets.stream.pipe(
        Stream.tap(() => Effect.sync(() => assert.isAtMost(pulled, 12))),
        Stream.take(10),
        Stream.runDrain,
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("is requested again only before its answer has begun", () => {
    const { requests, layer } = recording([
      () => new Response("", { status: 503 }),
      inPieces(text(`[${one},`), "error"),
    ])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(inTime(Stream.runDrain(targets.stream)))
      assert.propertyVal(error, "attempts", 2)
      assert.propertyVal(error, "delivered", 1)
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(layer))
  })
})

describe("a list", () => {
  const one = JSON.stringify(sampleTarget)
  it.effect("that breaks off is requested again, since nothing of it was handed out", () => {
    const { requests, layer } = recording([
      inPieces(text(`[${one},`), "error"),
      inPieces(text(`[${one}]`)),
    ])
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* inTime(targets.list)).length, 1)
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that ends early is never taken for a whole one", () => {
    const { layer } = recording([inPieces(text(`[${one}`))], { retry: RetryPolicy.none })
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* Effect.flip(targets.list))._tag, "UnexpectedResponse")
    }).pipe(Effect.provide(layer))
  })
})
