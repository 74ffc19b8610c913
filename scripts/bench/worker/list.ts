/**
 * Reads the list once: `list.js <way> <url>`.
 *
 * @module
 */
import process from "node:process"
import { cpuMicros, peakRss, report } from "./figures.ts"
import { load } from "./peer.ts"

/** Reads all, and calls `each` for every target that is there. */
type Read = (url: string, each: (target: unknown) => void) => Promise<void>

const bodyOf = async (url: string): Promise<ReadableStream<Uint8Array>> => {
  const response = await fetch(`${url}/targets`, { headers: { "X-Key": "key" } })
  if (response.body === null) throw new Error("The answer has no body")
  return response.body
}

/** Ways to read the list. Each loads what it needs, and only that. */
const ways: Readonly<Record<string, () => Promise<Read>>> = {
  drain: () =>
    Promise.resolve(async (url) => {
      for await (const _ of await bodyOf(url));
    }),
  json: () =>
    Promise.resolve(async (url, each) => {
      const response = await fetch(`${url}/targets`, { headers: { "X-Key": "key" } })
      const targets: ReadonlyArray<unknown> = await response.json()
      targets.forEach(each)
    }),
  stream: async () => {
    const { live, Effect, Stream, Targets } = await import("./ours.ts")
    return (url, each) =>
      Effect.runPromise(
        Targets.use(({ stream }) =>
          Stream.runForEach(stream, (target) => Effect.sync(() => each(target)))
        )
          .pipe(Effect.provide(live(url))),
      )
  },
  chunks: async () => {
    const { live, Effect, Stream, Targets } = await import("./ours.ts")
    return (url, each) =>
      Effect.runPromise(
        Targets.use(({ stream }) =>
          Stream.runForEachArray(stream, (targets) => Effect.sync(() => targets.forEach(each)))
        ).pipe(Effect.provide(live(url))),
      )
  },
  list: async () => {
    const { live, Effect, Targets } = await import("./ours.ts")
    return async (url, each) => {
      const all = Targets.use(({ list }) => list).pipe(Effect.provide(live(url)))
      ;(await Effect.runPromise(all)).forEach(each)
    }
  },
  "stream-json": async () => {
    const { Readable } = await import("node:stream")
    const { parser } = await load<{
      readonly parser: { readonly asStream: () => NodeJS.ReadWriteStream }
    }>("stream-json")
    const { streamArray } = await load<{
      readonly streamArray: { readonly asStream: () => NodeJS.ReadWriteStream }
    }>("stream-json/streamers/stream-array.js")
    return async (url, each) => {
      const response = await bodyOf(url)
      const body = Readable.from(response)
      const elements = body.pipe(parser.asStream()).pipe(streamArray.asStream())
      await new Promise<void>((resolve, reject) => {
        body.on("error", reject)
        elements.on("data", each).on("end", resolve).on("error", reject)
      })
    }
  },
  "@streamparser/json": async () => {
    interface Parser {
      onValue: (info: { readonly value?: unknown }) => void
      readonly write: (chunk: Uint8Array) => void
    }
    const { JSONParser } = await load<{
      readonly JSONParser: new (options: unknown) => Parser
    }>("@streamparser/json")
    return async (url, each) => {
      // The settings that its documentation gives for speed and for constant memory.
      const parser = new JSONParser({ paths: ["$.*"], keepStack: false, stringBufferSize: 65_536 })
      parser.onValue = ({ value }) => each(value)
      for await (const chunk of await bodyOf(url)) parser.write(chunk)
    }
  },
}

const [way = "", url = ""] = process.argv.slice(2)
if (way === "nothing") report({ peak: peakRss() })
const read = await ways[way]?.()
if (read === undefined) throw new Error(`No such way: ${way}`)

let count = 0
let first = NaN
const cpu = cpuMicros()
const start = performance.now()
await read(url, () => {
  if (count++ === 0) first = performance.now() - start
})
const millis = performance.now() - start
report({ count, first, millis, cpuMillis: (cpuMicros() - cpu) / 1_000, peak: peakRss() })
