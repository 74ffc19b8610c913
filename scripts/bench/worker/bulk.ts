/**
 * Upserts so many contacts, 16 at once: `bulk.js <way> <url> <inputs>`.
 *
 * @module
 */
import process from "node:process"
import { cpuMicros, peakRss, report } from "./figures.ts"
import { load } from "./peer.ts"

/** What became of the inputs. */
interface Ends {
  readonly done: number
  readonly failed: number
}

/** Upserts them all. */
type Upsert = (url: string, inputs: Iterable<string>) => Promise<Ends>

const concurrency = 16

// The inputs are made as they are taken, so what is held is held by the way it is done.
function* contacts(count: number): Generator<string> {
  for (let index = 0; index < count; index++) yield `firstname.lastname.${index}@mail.example.com`
}

const urlFor = (url: string, email: string): string =>
  `${url}/targets?unicity=${encodeURIComponent(email)}`

const library = async (overUndici: boolean, ordered: boolean): Promise<Upsert> => {
  const { Bulk, Effect, live, liveOver, Stream, undici } = await import("./ours.ts")
  const client = overUndici ? await undici() : undefined
  return async (url, inputs) => {
    const ends = { done: 0, failed: 0 }
    const upserted = Stream.fromIterable(inputs).pipe(
      Bulk.upsert((email) => ({ unicity: email, values: { 8103: email } }), {
        concurrency,
        ordered,
      }),
      Stream.runForEach((outcome) =>
        Effect.sync(() => {
          if (outcome._tag === "Done") ends.done++
          else ends.failed++
        })
      ),
      Effect.provide(client === undefined ? live(url) : liveOver(client, url)),
    )
    await Effect.runPromise(upserted)
    return ends
  }
}

/** Counts outcomes that were kept, as whoever wants to know what failed has to keep them. */
const count = (outcomes: ReadonlyArray<{ readonly ok: boolean }>): Ends => {
  const done = outcomes.filter(({ ok }) => ok).length
  return { done, failed: outcomes.length - done }
}

/** The ways. Each loads what it needs, and only that. */
const ways: Readonly<Record<string, () => Promise<Upsert>>> = {
  ours: () => library(false, true),
  "ours-unordered": () => library(false, false),
  "ours-undici": () => library(true, true),
  "p-map": async () => {
    const { default: pMap } = await load<{
      readonly default: <I, O>(
        inputs: Iterable<I>,
        call: (input: I) => Promise<O>,
        options: { readonly concurrency: number },
      ) => Promise<ReadonlyArray<O>>
    }>("p-map")
    return async (url, inputs) =>
      count(
        await pMap(inputs, async (email) => {
          const response = await fetch(urlFor(url, email), {
            method: "PUT",
            headers: { "X-Key": "key", "content-type": "application/json" },
            body: JSON.stringify({ 8103: email }),
          })
          const target: unknown = response.ok ? await response.json() : await response.text()
          return { email, ok: response.ok, target }
        }, { concurrency }),
      )
  },
  effect: async () => {
    const { Effect } = await import("./ours.ts")
    const FetchHttpClient = await import("effect/http/FetchHttpClient")
    const HttpClient = await import("effect/http/HttpClient")
    const HttpClientRequest = await import("effect/http/HttpClientRequest")
    return async (url, inputs) => {
      const program = HttpClient.HttpClient.use((plain) => {
        const client = plain.pipe(
          HttpClient.filterStatusOk,
          HttpClient.retryTransient({ times: 3 }),
        )
        return Effect.forEach(
          inputs,
          (email) =>
            HttpClientRequest.put(urlFor(url, email), { headers: { "X-Key": "key" } }).pipe(
              HttpClientRequest.bodyJsonUnsafe({ 8103: email }),
              client.execute,
              Effect.flatMap((response) => response.json),
              Effect.match({
                onSuccess: (target) => ({ email, ok: true, target }),
                onFailure: (target) => ({ email, ok: false, target }),
              }),
            ),
          { concurrency },
        )
      }).pipe(Effect.provide(FetchHttpClient.layer))
      return count(await Effect.runPromise(program))
    }
  },
}

const [way = "", url = "", inputs] = process.argv.slice(2)
if (way === "nothing") report({ peak: peakRss() })
const upsert = await ways[way]?.()
if (upsert === undefined) throw new Error(`No such way: ${way}`)

const cpu = cpuMicros()
const start = performance.now()
const ends = await upsert(url, contacts(Number(inputs)))
report({
  ...ends,
  seconds: (performance.now() - start) / 1_000,
  cpu: (cpuMicros() - cpu) / Number(inputs),
  peak: peakRss(),
})
