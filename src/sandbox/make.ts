import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import type { SandboxRequest, SandboxService, SandboxState } from "./SandboxService.ts"
import { InvalidSeed, SandboxSeed, type SeedTarget } from "./Seed.ts"
import { type Account, fullKey, makeAccount, readOnlyKey } from "./account.ts"
import type { SandboxAnswer } from "./answer.ts"
import { commit } from "./commit.ts"
import { fire, type ScriptedRule } from "./rules.ts"
import { match } from "./routes.ts"
import { answer, keyOf, type Server } from "./server.ts"
import * as Store from "./store.ts"
import { fromWeb, type SocketError, type WireRequest } from "./wire.ts"

const seedTarget = (
  account: Account,
  store: Store.Store,
  seed: SeedTarget,
  now: number,
): Result.Result<unknown, string> => {
  const unknownSegment = seed.segments?.find((id) => !account.segments.has(id))
  if (unknownSegment !== undefined) return Result.fail(`there is no segment ${unknownSegment}`)
  if (seed.id !== undefined && store.rows.has(seed.id)) return Result.fail("its id is taken")
  const draft: Store.Draft = {
    ...Store.draft(now),
    id: seed.id,
    segments: new Set(seed.segments),
    bounce: seed.bounce ?? [],
    redList: seed.redList ?? {},
  }
  return Result.mapError(
    Store.write(account, store, draft, Object.entries(seed.fields), now),
    ({ problem }) => problem,
  )
}

const seeded = (
  account: Account,
  targets: ReadonlyArray<SeedTarget>,
  now: number,
): Result.Result<Store.Store, string> => {
  const store = Store.makeStore()
  for (const [index, target] of targets.entries()) {
    const outcome = seedTarget(account, store, target, now)
    if (Result.isFailure(outcome)) return Result.fail(`target ${index}: ${outcome.failure}.`)
  }
  return Result.succeed(store)
}

const snapshot = (store: Store.Store): SandboxState => ({
  targets: Array.from(store.rows.values(), (row) => ({
    id: row.id,
    creationDate: row.creationDate,
    lastUpdateDate: row.lastUpdateDate,
    fields: Object.fromEntries(row.values),
    segments: [...row.segments],
    bounce: row.bounce,
    redList: row.redList,
  })),
})

/** All that a reset replaces. */
interface Running {
  readonly server: Server
  readonly rules: Array<ScriptedRule>
  readonly log: Array<Types.Mutable<SandboxRequest>>
  received: number
}

/** How many requests the log holds, so that a sandbox which runs for days does not grow. */
const logSize = 100_000

const headersOf = (account: Account, headers: Headers): Readonly<Record<string, string>> => {
  const shown = Object.fromEntries(headers)
  if (shown["x-key"] !== undefined) shown["x-key"] = keyOf(account, headers)?.name ?? "unknown"
  return shown
}

/** Ids of a request's usual shape that a test can foresee. */
const requestIdOf = (index: number): string =>
  `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`

const invalidSeed = (problem: string): InvalidSeed => new InvalidSeed({ problem })

export const make = Effect.fnUntraced(function* (
  input: SandboxSeed,
): Effect.fn.Return<SandboxService, InvalidSeed> {
  const seed = yield* Schema.decodeEffect(SandboxSeed)(input, { onExcessProperty: "error" }).pipe(
    Effect.mapError((error) => invalidSeed(error.message)),
  )
  const account = yield* Effect.fromResult(Result.mapError(makeAccount(seed), invalidSeed))
  const start = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.fromResult(
      Result.map(seeded(account, seed.targets ?? [], now), (store): Running => ({
        server: { account, store, buckets: new Map() },
        rules: [],
        log: [],
        received: 0,
      })),
    ))
  let running = yield* Effect.mapError(start, invalidSeed)

  const handle = (wire: WireRequest): Effect.Effect<Response, SocketError> =>
    Effect.flatMap(Clock.currentTimeMillis, (time) => {
      const { log, rules, server } = running
      const { body, headers, method, url } = wire
      running.received += 1
      const requestId = requestIdOf(running.received)
      const matched = match(method, url)
      const operation = matched._tag === "Found" ? matched.route.operation : "unknown"
      const fault = fire(rules, { operation, method, path: url.pathname })
      const record: Types.Mutable<SandboxRequest> = {
        time,
        operation,
        method,
        path: url.pathname,
        query: url.search.slice(1),
        headers: headersOf(account, headers),
        body: new TextDecoder().decode(body),
        status: undefined,
        requestId,
        applied: false,
        fault: fault?._tag,
      }
      log.push(record)
      if (log.length > logSize) log.shift()
      return commit({
        perform(now) {
          const before = server.store.revision
          const answered = answer(server, wire, matched, now)
          record.applied = server.store.revision !== before
          return answered
        },
        finish(answered: SandboxAnswer, now: number): SandboxAnswer {
          record.status = answered.status
          const date = new Date(now).toUTCString()
          return { ...answered, headers: { "x-request-id": requestId, date, ...answered.headers } }
        },
      }, fault)
    })

  const services = yield* Effect.context<never>()
  return {
    url: "https://sandbox.invalid",
    keys: { full: Redacted.make(fullKey.value), readOnly: Redacted.make(readOnlyKey.value) },
    handle,
    handler: (request) =>
      Effect.runPromiseWith(services)(
        Effect.flatMap(Effect.promise(() => fromWeb(request)), handle),
        { signal: request.signal },
      ).catch((error) => {
        // As `fetch` does: who aborts a request is told their own reason.
        throw request.signal.aborted ? request.signal.reason : error
      }),
    script: (...rules) =>
      Effect.sync(() => {
        running.rules.push(...rules.map((rule) => ({ rule, seen: 0 })))
      }),
    requests: Effect.sync(() => running.log.map((record) => ({ ...record }))),
    state: Effect.sync(() => snapshot(running.server.store)),
    // The same seed was good at the start, so it is again.
    reset: Effect.map(Effect.orDie(start), (fresh) => {
      running = fresh
    }),
  }
})
