/** A server with a limit, and bulk runs that share it, in virtual time. */
import { Clock, Duration, Effect, Fiber, Random, type Scope } from "effect"
import { TestClock } from "effect/testing"
import type { RateLimit } from "../../src/client/RateLimit.ts"
import type { Gate } from "../../src/client/Gate.ts"

/** What a server does with a request. */
export interface Reply {
  readonly status: number | undefined
  readonly retryAfter?: number
  readonly headers?: { readonly [name: string]: string }
}
export type Server = (now: number) => Reply

export interface Bucket {
  readonly perSecond: number | ((now: number) => number)
  readonly burst: number
  readonly retryAfter?: boolean
  readonly headers?: boolean
}

/** A token bucket, as in the sandbox. */
export const bucket = (options: Bucket): Server => {
  let tokens = options.burst
  let at = 0
  return (now) => {
    const rate = typeof options.perSecond === "number" ? options.perSecond : options.perSecond(now)
    tokens = Math.min(options.burst, tokens + (now - at) / 1000 * rate)
    at = now
    const allowed = tokens >= 1
    if (allowed) tokens -= 1
    const headers: Record<string, string> = options.headers === true
      ? {
        "x-ratelimit-limit": String(options.burst),
        "x-ratelimit-remaining": String(Math.floor(tokens)),
        "x-ratelimit-reset": String(Math.ceil((options.burst - tokens) / rate)),
      }
      : {}
    if (allowed) return { status: 200, headers }
    return options.retryAfter === false
      ? { status: 429, headers }
      : { status: 429, headers, retryAfter: Math.ceil((1 - tokens) / rate) }
  }
}

/** So many requests in each window, and an exact `Retry-After`. */
export const fixedWindow = (limit: number, windowMillis: number): Server => {
  let window = -1
  let used = 0
  return (now) => {
    const current = Math.floor(now / windowMillis)
    if (current !== window) {
      window = current
      used = 0
    }
    used += 1
    return used <= limit
      ? { status: 200 }
      : { status: 429, retryAfter: Math.ceil(((current + 1) * windowMillis - now) / 1000) }
  }
}

/** A server that answers in its own way from one time to another: nothing at all, or a status. */
export const outage = (
  server: Server,
  { from, to, status }: { readonly from: number; readonly to: number; readonly status?: number },
): Server =>
(now) => now >= from && now < to ? { status } : server(now)

/** What happened, by the second in which it did. */
export interface Report {
  readonly sent: ReadonlyArray<number>
  readonly accepted: ReadonlyArray<number>
}

/** The mean a second, of the seconds from one (included) to another (excluded). */
export const mean = (counts: ReadonlyArray<number>, from: number, to: number): number =>
  total(counts, from, to) / (to - from)

export const total = (counts: ReadonlyArray<number>, from = 0, to = counts.length): number =>
  counts.slice(from, to).reduce((sum, count) => sum + count, 0)

/** The requests that an item took. */
export const perItem = (report: Report): number => total(report.sent) / total(report.accepted)

export interface Options {
  readonly server: Server
  readonly seconds: number
  readonly rateLimit: RateLimit
  readonly clients?: number
  readonly workers?: number
  /** Milliseconds, there and back. */
  readonly latency?: number
  readonly seed?: string
}

/** Lets the clients send as much as they can for so many seconds. */
export const simulate = (options: Options): Effect.Effect<Report, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { clients = 1, latency = 50, rateLimit, seconds, server, workers = 16 } = options
    const sent = Array.from({ length: seconds }, () => 0)
    const accepted = Array.from({ length: seconds }, () => 0)
    const bump = (counts: Array<number>, now: number) => {
      const second = Math.floor(now / 1000)
      if (second < seconds) counts[second] = (counts[second] ?? 0) + 1
    }
    // Servers begin at zero, whatever the clock says.
    const start = yield* Clock.currentTimeMillis
    const request = Effect.fnUntraced(function* (gate: Gate, call: object) {
      const report = yield* gate.acquire({ call, isBulk: true, maxWait: undefined })
      yield* Effect.sleep(latency / 2)
      const now = (yield* Clock.currentTimeMillis) - start
      const reply = server(now)
      bump(sent, now)
      if (reply.status === 200) bump(accepted, now)
      yield* Effect.sleep(latency / 2)
      const retryAfter = reply.retryAfter === undefined
        ? undefined
        : Duration.seconds(reply.retryAfter)
      yield* report({ status: reply.status, retryAfter, headers: reply.headers ?? {} })
      return reply
    })
    // As RetryPolicy.standard waits, but without an end.
    const item = Effect.fnUntraced(function* (gate: Gate) {
      const call = {}
      for (let attempts = 1;; attempts++) {
        const reply = yield* request(gate, call)
        if (reply.status === 200) return
        const jittered = (yield* Random.next) * Math.min(8, 0.5 * 2 ** (attempts - 1))
        yield* Effect.sleep(Duration.seconds((reply.retryAfter ?? 0) + jittered))
      }
    })
    const client = Effect.gen(function* () {
      const gate = yield* Effect.orDie(rateLimit.make)
      const worker = Effect.forever(item(gate))
      yield* Effect.orDie(
        Effect.all(Array.from({ length: workers }, () => worker), { concurrency: "unbounded" }),
      )
    })
    const running = yield* Effect.forkChild(
      Effect.all(Array.from({ length: clients }, () => client), { concurrency: "unbounded" }),
    )
    yield* TestClock.adjust(Duration.seconds(seconds))
    yield* Fiber.interrupt(running)
    return { sent, accepted }
  }).pipe(Random.withSeed(options.seed ?? "np6"))
