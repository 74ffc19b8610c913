/**
 * Gets one target again and again: `calls.js <client> <url> <warm-up> <calls> <concurrency>…`. Tells
 * how much CPU a call takes this process, for each concurrency.
 *
 * @module
 */
import process from "node:process"
import { cpuMicros, report } from "./figures.ts"
import { load } from "./peer.ts"

/** Makes so many calls, so many at once. */
type Batch = (calls: number, concurrency: number) => Promise<void>

const headers = { "X-Key": "key" }

/** Workers that take call after call: what users of promises write. */
const byPromises = (call: () => Promise<unknown>): Batch => async (calls, concurrency) => {
  let left = calls
  const worker = async (): Promise<void> => {
    while (left-- > 0) check(await call())
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

const check = (target: unknown): void => {
  if (typeof target !== "object" || target === null || !("id" in target)) {
    throw new Error("This is no target")
  }
}

const library = async (overUndici: boolean, url: string): Promise<Batch> => {
  const { build, Effect, live, liveOver, Targets, undici } = await import("./ours.ts")
  const context = await build(overUndici ? liveOver(await undici(), url) : live(url))
  return (calls, concurrency) =>
    Targets.use((targets) =>
      Effect.forEach(
        Array.from({ length: calls }),
        () => Effect.map(targets.get("000MLGPR"), check),
        { concurrency, discard: true },
      )
    ).pipe(Effect.provideContext(context), Effect.runPromise)
}

const effect = async (overUndici: boolean, url: string): Promise<Batch> => {
  const { build, Effect, undici } = await import("./ours.ts")
  const HttpClient = await import("effect/http/HttpClient")
  const FetchHttpClient = await import("effect/http/FetchHttpClient")
  const context = await build(overUndici ? await undici() : FetchHttpClient.layer)
  return (calls, concurrency) =>
    HttpClient.HttpClient.use((client) =>
      Effect.forEach(
        Array.from({ length: calls }),
        () =>
          client.get(`${url}/targets/000MLGPR`, { headers }).pipe(
            Effect.flatMap((response) => response.json),
            Effect.map(check),
          ),
        { concurrency, discard: true },
      )
    ).pipe(Effect.provideContext(context), Effect.runPromise)
}

/** The clients. Each loads what it needs, and only that. */
const clients: Readonly<Record<string, (url: string) => Promise<Batch>>> = {
  ours: (url) => library(false, url),
  "ours-undici": (url) => library(true, url),
  effect: (url) => effect(false, url),
  "effect-undici": (url) => effect(true, url),
  fetch: (url) =>
    Promise.resolve(
      byPromises(async () => (await fetch(`${url}/targets/000MLGPR`, { headers })).json()),
    ),
  undici: async (url) => {
    const { request } = await load<{
      readonly request: (url: string, options: unknown) => Promise<{
        readonly body: { readonly json: () => Promise<unknown> }
      }>
    }>("undici")
    return byPromises(async () =>
      (await request(`${url}/targets/000MLGPR`, { headers })).body.json()
    )
  },
  axios: async (url) => {
    const { default: axios } = await load<{
      readonly default: {
        readonly get: (url: string, options: unknown) => Promise<{ readonly data: unknown }>
      }
    }>("axios")
    const { Agent } = await import("node:http")
    // Without it, each of axios' requests would open a connection on some Nodes.
    const httpAgent = new Agent({ keepAlive: true })
    return byPromises(async () =>
      (await axios.get(`${url}/targets/000MLGPR`, { headers, httpAgent })).data
    )
  },
  got: async (url) => {
    const { default: got } = await load<{
      readonly default: (url: string, options: unknown) => {
        readonly json: () => Promise<unknown>
      }
    }>("got")
    const { Agent } = await import("node:http")
    const agent = { http: new Agent({ keepAlive: true }) }
    return byPromises(() => got(`${url}/targets/000MLGPR`, { headers, agent }).json())
  },
  ky: async (url) => {
    const { default: ky } = await load<{
      readonly default: (url: string, options: unknown) => {
        readonly json: () => Promise<unknown>
      }
    }>("ky")
    return byPromises(() => ky(`${url}/targets/000MLGPR`, { headers }).json())
  },
  ofetch: async (url) => {
    const { ofetch } = await load<{
      readonly ofetch: (url: string, options: unknown) => Promise<unknown>
    }>("ofetch")
    return byPromises(() => ofetch(`${url}/targets/000MLGPR`, { headers }))
  },
}

const [client = "", url = "", warmUp, calls, ...concurrencies] = process.argv.slice(2)
const batch = await clients[client]?.(url)
if (batch === undefined) throw new Error(`No such client: ${client}`)

await batch(Number(warmUp), 16)
const figures: Record<string, { readonly cpu: number; readonly perSecond: number }> = {}
for (const concurrency of concurrencies) {
  const cpu = cpuMicros()
  const start = performance.now()
  await batch(Number(calls), Number(concurrency))
  const seconds = (performance.now() - start) / 1_000
  figures[concurrency] = {
    cpu: (cpuMicros() - cpu) / Number(calls),
    perSecond: Number(calls) / seconds,
  }
}
report(figures)
