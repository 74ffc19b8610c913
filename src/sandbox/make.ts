import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { isYearOne, parseInstant } from "../data/instant.ts"
import { fullKey, makeAccount, type Problem, readOnlyKey, type SandboxAccount } from "./account.ts"
import { commit, toResponse } from "./commit.ts"
import { concernedBy } from "./concerned.ts"
import { control, type Controlled, isControl, type Wanted } from "./control.ts"
import type { Fault, FaultRule } from "./Fault.ts"
import { readHeader } from "./faultJson.ts"
import { type LogEntry, loggedBody, RequestLog } from "./log.ts"
import * as represent from "./represent.ts"
import { badRequest, type ResponseParts } from "./response.ts"
import { match } from "./routes.ts"
import { fire, scripted, type ScriptedRule } from "./rules.ts"
import type {
  HandleOptions,
  SandboxRequest,
  SandboxService,
  SandboxState,
} from "./SandboxService.ts"
import { defaultSeed, type InvalidSeed, type SandboxSeed, type SeedTarget } from "./Seed.ts"
import { decodeSeed, inProgram, inText, readSeed } from "./seedText.ts"
import { keyOf, respond, type Server } from "./server.ts"
import * as Store from "./store.ts"
import type { SocketError, WireRequest } from "./WireRequest.ts"
import { fromWeb } from "./wire.ts"

/** A date of a seed; the start of the sandbox where there is none. */
const dateOf = (value: string | number | undefined, otherwise: number): number => {
  if (value === undefined) return otherwise
  const millis = parseInstant(value)
  return isYearOne(millis) ? otherwise : millis
}

const seedTarget = (
  account: SandboxAccount,
  store: Store.Store,
  seed: SeedTarget,
  index: number,
): Result.Result<unknown, Problem> => {
  const fail = (problem: string, ...path: ReadonlyArray<string | number>) =>
    Result.fail({ problem, path: ["targets", index, ...path] })
  const unknown = seed.segments?.findIndex((id) => !account.segments.has(id)) ?? -1
  if (unknown >= 0) {
    return fail(`there is no segment ${seed.segments?.[unknown]}`, "segments", unknown)
  }
  if (seed.id !== undefined && store.rows.has(seed.id)) return fail("its id is taken", "id")
  const draft = Store.draft(account.startedAt)
  const creationDate = dateOf(seed.creationDate, draft.creationDate)
  const lastUpdateDate = dateOf(seed.lastUpdateDate, creationDate)
  if (Number.isNaN(creationDate)) return fail("it is not a date", "creationDate")
  if (Number.isNaN(lastUpdateDate)) return fail("it is not a date", "lastUpdateDate")
  const row = {
    ...draft,
    id: seed.id,
    isSeeded: true,
    creationDate,
    lastUpdateDate,
    segments: new Set(seed.segments),
    bounce: seed.bounce ?? [],
    redList: seed.redList ?? {},
  }
  const written = Store.write(account, store, row, Object.entries(seed.fields))
  if (Result.isSuccess(written)) return Result.void
  const { key, problem } = written.failure
  return key === undefined ? fail(problem) : fail(problem, "fields", key)
}

/** All that a reset replaces. */
interface Running {
  readonly seed: SandboxSeed
  readonly server: Server
  readonly rules: Array<ScriptedRule>
  received: number
}

const start = (seed: SandboxSeed, now: number): Result.Result<Running, Problem> =>
  Result.gen(function* () {
    const account = yield* makeAccount(seed, now)
    const store = Store.makeStore()
    for (const [index, target] of (seed.targets ?? []).entries()) {
      yield* seedTarget(account, store, target, index)
    }
    return { seed, server: { account, store, buckets: new Map() }, rules: [], received: 0 }
  })

const fieldsOf = (row: Store.Contact) => Object.fromEntries(row.values)

const snapshot = (store: Store.Store): SandboxState => ({
  targets: Array.from(store.rows.values(), (row) => ({
    id: row.id,
    creationDate: row.creationDate,
    lastUpdateDate: row.lastUpdateDate,
    fields: fieldsOf(row),
    segments: [...row.segments],
    bounce: row.bounce,
    redList: row.redList,
  })),
})

/** The account as it is now, as a seed. */
const asSeed = ({ seed, server }: Running): SandboxSeed => ({
  fields: defaultSeed.fields,
  segments: defaultSeed.segments,
  ...seed,
  targets: Array.from(server.store.rows.values(), (row) => ({
    id: row.id,
    creationDate: represent.isoDate(row.creationDate),
    lastUpdateDate: represent.isoDate(row.lastUpdateDate),
    fields: fieldsOf(row),
    segments: [...row.segments],
    bounce: row.bounce,
    redList: row.redList,
  })),
})

const isFound = (row: Store.Contact, search: string): boolean =>
  row.id.toLowerCase().includes(search) ||
  [...row.values.values()].some((value) => String(value).toLowerCase().includes(search))

/** The account as the control routes show it: NP6's shapes, and what NP6 has no route for. */
const describe = (
  { account, store }: Server,
  { limit, newestFirst, search }: Wanted,
): object => {
  const counts = represent.memberCounts(store)
  const wanted = search.toLowerCase()
  const rows = [...store.rows.values()].filter((row) => wanted === "" || isFound(row, wanted))
  if (newestFirst) rows.reverse()
  return {
    keys: [...account.keys.values()],
    fields: account.fields.map(represent.fieldJson),
    valueLists: Array.from(account.valueLists.values(), represent.valueListJson),
    segments: Array.from(
      account.segments.values(),
      (one) => represent.segmentJson(account, one, counts.get(one.id) ?? 0),
    ),
    targetsCount: store.rows.size,
    found: rows.length,
    targets: rows.slice(0, limit).map((row) => ({
      id: row.id,
      hash: Store.hashOf(account, row),
      creationDate: represent.isoDate(row.creationDate),
      lastUpdateDate: represent.isoDate(row.lastUpdateDate),
      fields: fieldsOf(row),
      segments: [...row.segments],
      bounce: row.bounce,
      redList: row.redList,
    })),
  }
}

const headersOf = (account: SandboxAccount, headers: Headers): Readonly<Record<string, string>> => {
  const shown = Object.fromEntries(headers)
  if (shown["x-key"] !== undefined) shown["x-key"] = keyOf(account, headers)?.name ?? "unknown"
  return shown
}

/** Ids of a request's usual shape that a test can foresee. */
const requestIdOf = (index: number): string =>
  `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`

/** What a header can hold; a field's name may be in any letters. */
const headerText = (text: string): string =>
  text.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )

/** The length of a body, also of one that was too long to be kept. */
const bodyBytes = ({ body, headers }: WireRequest): number => {
  const announced = Number(headers.get("content-length") ?? 0)
  return Number.isSafeInteger(announced) ? Math.max(body.length, announced) : body.length
}

/** Starts a sandbox, whose seeds `refuse` makes errors of. */
const makeFrom = Effect.fnUntraced(function* (
  seed: SandboxSeed,
  refuse: (problem: Problem) => InvalidSeed,
): Effect.fn.Return<SandboxService, InvalidSeed> {
  const begin = (seed: SandboxSeed, refuse: (problem: Problem) => InvalidSeed) =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => Effect.fromResult(Result.mapError(start(seed, now), refuse)),
    )
  let running = yield* begin(seed, refuse)
  const log = new RequestLog()
  const ended = yield* PubSub.unbounded<SandboxRequest>()
  let index = 0

  const restart = (fresh: Running): void => {
    running = fresh
    log.clear()
  }

  const faultFor = (
    { rules, server }: Running,
    wire: WireRequest,
    entry: LogEntry,
    matched: ReturnType<typeof match>,
  ): Result.Result<Fault | undefined, ResponseParts> => {
    const header = wire.headers.get("x-sandbox-fault")
    if (header !== null) return Result.mapError(readHeader(header), badRequest)
    const { method, operation, path } = entry
    const concerned = () => concernedBy(server, wire, matched)
    return Result.succeed(fire(rules, { operation, method, path, concerned }))
  }

  const np6 = (wire: WireRequest): Effect.Effect<Response, SocketError> =>
    Effect.flatMap(Clock.currentTimeMillis, (time) => {
      const { server } = running
      const { body, headers, method, url } = wire
      running.received += 1
      index += 1
      const matched = match(method, url)
      const entry: LogEntry = {
        index,
        time,
        operation: matched._tag === "Found" ? matched.route.operation : "unknown",
        method,
        path: url.pathname,
        query: url.search.slice(1),
        headers: headersOf(server.account, headers),
        body: new TextDecoder().decode(body.subarray(0, loggedBody)),
        bodyBytes: bodyBytes(wire),
        status: undefined,
        reason: undefined,
        requestId: requestIdOf(running.received),
        applied: false,
        fault: undefined,
        milliseconds: undefined,
      }
      const fault = faultFor(running, wire, entry, matched)
      entry.fault = Result.isSuccess(fault) ? fault.success?._tag : undefined
      log.add(entry)
      const end = Effect.flatMap(Clock.currentTimeMillis, (now) => {
        entry.milliseconds = now - time
        return PubSub.publish(ended, { ...entry })
      })
      return commit({
        perform(now) {
          if (Result.isFailure(fault)) return fault.failure
          const before = server.store.revision
          const parts = respond(server, wire, matched, now)
          entry.applied = server.store.revision !== before
          return parts
        },
        finish(parts, now) {
          const { requestId } = entry
          entry.status = parts.status
          entry.reason = parts.reason
          const why = parts.reason ?? (entry.fault && `the fault ${entry.fault}`)
          const reason: ResponseParts["headers"] = why === undefined
            ? {}
            : { "x-sandbox-reason": headerText(why) }
          const date = new Date(now).toUTCString()
          return {
            ...parts,
            headers: { "x-request-id": requestId, date, ...reason, ...parts.headers },
          }
        },
      }, Result.getOrElse(fault, () => undefined)).pipe(Effect.ensuring(end))
    })

  const script = (rules: ReadonlyArray<FaultRule>): void => {
    running.rules.push(...rules.map(scripted))
  }
  // The seed was good at the start, so it is again.
  const reset = Effect.suspend(() =>
    Effect.map(Effect.orDie(begin(running.seed, inProgram)), restart)
  )
  const controlled: Controlled = {
    after: (from) => log.after(from),
    onNext: (wake) => log.onNext(wake),
    describe: (wanted) => describe(running.server, wanted),
    seed: () => asSeed(running),
    loadJson: (text) =>
      Effect.flatMap(
        Effect.fromResult(readSeed(text)),
        (fresh) => Effect.map(begin(fresh, inText(text)), restart),
      ),
    reset,
    rules: () => running.rules,
    script,
    clearRules: () => {
      running.rules.length = 0
    },
  }

  const handle = (
    wire: WireRequest,
    options: HandleOptions = {},
  ): Effect.Effect<Response, SocketError> =>
    isControl(wire.url.pathname)
      ? Effect.map(
        control(controlled, wire, options.allowHosts ?? []),
        (parts) =>
          toResponse({ ...parts, headers: { "cache-control": "no-store", ...parts.headers } }),
      )
      : np6(wire)

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
    script: (...rules) => Effect.sync(() => script(rules)),
    requests: Effect.sync(() => log.after(0)),
    ended: Stream.fromPubSub(ended),
    state: Effect.sync(() => snapshot(running.server.store)),
    seed: Effect.sync(() => asSeed(running)),
    load: (seed) =>
      Effect.fromResult(Result.mapError(decodeSeed(seed), inProgram)).pipe(
        Effect.flatMap((fresh) => begin(fresh, inProgram)),
        Effect.map(restart),
      ),
    reset,
  }
})

export const make = (input: SandboxSeed): Effect.Effect<SandboxService, InvalidSeed> =>
  Effect.flatMap(
    Effect.fromResult(Result.mapError(decodeSeed(input), inProgram)),
    (seed) => makeFrom(seed, inProgram),
  )

export const makeJson = (text: string): Effect.Effect<SandboxService, InvalidSeed> =>
  Effect.flatMap(Effect.fromResult(readSeed(text)), (seed) => makeFrom(seed, inText(text)))
