/**
 * Imports: a file of contacts, of any size, into an account, on one machine or on many.
 *
 * - **Checked before sent.** The whole source is read first. Rows that can't be sent become rejects,
 *   with their line and column; a column without a field stops the import.
 * - **It survives.** What became of each row is saved twice a second. A process that is killed, and run
 *   again, goes on; what it sent since it saved last is sent again, which changes nothing.
 * - **Order.** The last row of a contact is the last that is sent, wherever its rows stand in the source
 *   and whichever process sends them.
 * - **Whose fault a failure is.** A row's: it is a reject. NP6's or the network's: the row is tried
 *   again, and rejected when it has failed in three runs. The key's, or an outage of five minutes: the
 *   import pauses, on all machines.
 * - **Privacy.** The database holds places in the source, counts, and NP6's request ids. No address, no
 *   value, and nothing that tells who is in the source.
 *
 * On one machine the database is a SQLite file ({@link layerSqlite}); for several, give a `SqlClient`
 * of Postgres, and run the same program on each.
 *
 * What is left to chance: a request of a process that was killed may arrive at NP6 later than
 * {@link LayerOptions.settle}. Two imports at once have no order between them.
 *
 * @example
 * ```ts
 * import { Account, Np6, Targets } from "@effect-np6/targets"
 * import { Import } from "@effect-np6/targets/import"
 * import { Effect, Layer } from "effect"
 *
 * const crm = Import.make("crm", {
 *   rows: Import.csv(),
 *   mapping: Import.byFieldName(),
 *   operation: Import.ensureInSegment(12345),
 * })
 *
 * const program = Effect.gen(function* () {
 *   const report = yield* crm.run({ id: "2026-11-25", source: Import.file("/data/crm.csv") })
 *   yield* Effect.log(`${report.end}: ${report.done} of ${report.rows}, ${report.rejected} rejected`)
 * })
 *
 * const live = Import.layer.pipe(
 *   Layer.provideMerge(Import.layerSqlite({ filename: "imports.db" })),
 *   Layer.provideMerge(Layer.mergeAll(Targets.layer, Account.layer)),
 *   Layer.provide(Np6.layerFetchConfig()),
 * )
 * const main = Effect.provide(program, live)
 * ```
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { randomBytes } from "node:crypto"
import type { Remedy } from "../client/Remedy.ts"
import { Targets } from "../targets/Targets.ts"
import { type ChangedOnly, makeDigests } from "./ChangedOnly.ts"
import type { ColumnMapping, MakeMapper } from "./ColumnMapping.ts"
import { type Job, pollEvery, stoppingGracefully, work } from "./engine.ts"
import { ImportError } from "./ImportError.ts"
import type { Mapper } from "./Mapping.ts"
import type { ImportOperation } from "./ImportOperation.ts"
import {
  type ChunkRecordRead,
  keyedHash,
  makePlan,
  type PlannedContact,
  readChunk,
} from "./plan.ts"
import { type Format, inspect, type Layout } from "./Rows.ts"
import type { PauseReason } from "./PauseReason.ts"
import { type EngineSettings, type LayerOptions, settingsOf } from "./Settings.ts"
import type { Source } from "./Source.ts"
import {
  type ImportRecord,
  type ImportStore,
  makeImportStore,
  noSuchImport,
  type Totals,
} from "./store.ts"

export type { ChangedOnly } from "./ChangedOnly.ts"
export { byFieldName, byFunction, type ColumnMapping, type MakeMapper } from "./ColumnMapping.ts"
export { ignore } from "./Mapping.ts"
export {
  deleteContacts,
  ensureInSegment,
  type ImportOperation,
  removeFromSegment,
  type RowFailure,
  type RowOutcome,
  type SendRows,
  type SentRow,
  upsert,
} from "./ImportOperation.ts"
export { csv, ndjson } from "./Rows.ts"
export type { PauseReason } from "./PauseReason.ts"
export type { LayerOptions } from "./Settings.ts"
export { bytes, file, stream } from "./Source.ts"
export { layerSqlite } from "./Sqlite.ts"

/** What every import of a process shares: {@link layer} makes it. */
export interface EngineService {
  readonly store: ImportStore
  readonly targets: Targets["Service"]
  readonly settings: EngineSettings
}

const EngineBase: Context.ServiceClass<
  Engine,
  "@effect-np6/targets/import/Engine",
  EngineService
> = Context.Service<Engine, EngineService>()("@effect-np6/targets/import/Engine")

/** What runs imports, as a service. */
export class Engine extends EngineBase {}

/**
 * What runs imports, over a database and a connection. It makes its tables (`np6_…`) where they don't
 * exist.
 */
export const layerWith = (
  options: LayerOptions = {},
): Layer.Layer<Engine, ImportError, SqlClient.SqlClient | Targets> =>
  Layer.effect(
    Engine,
    Effect.gen(function* () {
      const settings = settingsOf(options)
      const store = yield* makeImportStore(settings.lease, settings.settle)
      return { store, targets: yield* Targets, settings }
    }),
  )

/** {@link layerWith} its defaults. */
export const layer: Layer.Layer<Engine, ImportError, SqlClient.SqlClient | Targets> = layerWith()

/** Deletes imports whose state hasn't changed for so long, now and once a day. Default: 30 days. */
export const layerCleanup = (
  options: { readonly timeToLive?: Duration.Input | undefined } = {},
): Layer.Layer<never, never, Engine> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { store } = yield* Engine
      const age = Duration.toMillis(options.timeToLive ?? "30 days")
      const clean = Effect.flatMap(
        store.olderThan(age),
        (ids) => Effect.forEach(ids, store.forget, { discard: true }),
      )
      yield* Effect.forkScoped(
        Effect.repeat(
          Effect.catch(clean, (error) => Effect.logWarning(error.message)),
          Schedule.spaced("1 day"),
        ),
      )
    }),
  )

/** Where an import stands. The rows add up: `rows = done + rejected + unchanged + open`. */
export interface Report {
  /** `name/id`. */
  readonly id: string
  /**
   * - `"complete"`: no row is open
   * - `"paused"`: for `reason`; {@link Import.run} goes on once that is mended
   * - `"stopped"`: this process was asked to; {@link Import.run} goes on
   */
  readonly end: "complete" | "paused" | "stopped"
  readonly reason: PauseReason | undefined
  /** Rows in the source. */
  readonly rows: number
  /** Rows that NP6 accepted. */
  readonly done: number
  /** Rows that can't be sent, or that NP6 refused: {@link Import.rejects}. */
  readonly rejected: number
  /** Of these, rows whose process ended each time that they were sent. */
  readonly crashed: number
  /** Rows that weren't sent, because nothing of them has changed. */
  readonly unchanged: number
  /** Rows that are still to be sent. */
  readonly open: number
  /** Whether it was complete before this run, which has sent nothing then. */
  readonly wasComplete: boolean
}

/** An import at one moment: what all its processes have saved. */
export interface ImportSnapshot extends Omit<Report, "end" | "reason" | "wasComplete"> {
  readonly state: "planning" | "running" | "paused" | "complete"
  readonly reason: PauseReason | undefined
  /** Rows a second since the snapshot before. */
  readonly rate: number
  /** How long the rest takes at this rate, where it is known. */
  readonly eta: Duration.Duration | undefined
}

/** A row that was rejected, read again from the source. */
export interface Reject {
  /** The line it begins on, from 1. */
  readonly line: number
  /** The column at fault; `undefined` where it is the whole row, or NP6 that refused it. */
  readonly column: string | undefined
  readonly problem: string
  /** `"InvalidRow"` for a row that was never sent, `"Crashed"`, or the tag of NP6's error. */
  readonly tag: string
  readonly remedy: Remedy
  readonly applied: "no" | "unknown"
  readonly status: number | undefined
  readonly requestId: string | undefined
  /** The cells of the row, by column. What has no column is under its number. */
  readonly row: Readonly<Record<string, unknown>>
}

/** What an import is made of. */
export interface ImportOptions<E, R> {
  /** How the source is written: `Import.csv()` or `Import.ndjson()`. */
  readonly rows: Format
  /** How columns become contacts. */
  readonly mapping: ColumnMapping<E, R>
  /** What is done with each contact. */
  readonly operation: ImportOperation
  /**
   * Sends only rows whose contact has changed since it was last accepted, in any run of this import.
   * Default: all are sent. Rejected, failed and repeated contacts are always sent again.
   *
   * The database keeps two digests a contact for it, under a key that is kept apart: pseudonymous
   * data, which {@link Import.forgetAll} deletes. With another key, everything is sent.
   */
  readonly changedOnly?: ChangedOnly | undefined
}

/** Opens a source. It is closed when the run ends. */
export type OpenSource = Effect.Effect<Source, ImportError, Scope.Scope> | Source

/** What a run needs. */
export interface RunOptions {
  /** Names the import, together with the name that it was made with. */
  readonly id: string
  readonly source: OpenSource
  /**
   * What happens at a pause: `"return"` (the default) ends the run; `"wait"` stays, tries one chunk a
   * minute, and goes on when that is accepted.
   */
  readonly onPause?: "return" | "wait" | undefined
  /** How many rows are under way at once in this process. Default: 16. */
  readonly concurrency?: number | undefined
  /** Ends the run when it ends: what is under way is waited for, nothing more is sent. */
  readonly stop?: Effect.Effect<unknown> | undefined
}

/** An import that can be run. */
export interface Import<E = never, R = never> {
  /**
   * Begins the import, joins other processes that are at it, or goes on where it was left. A pause by
   * a failure ends with a new run; one by {@link Import.pause} lasts until {@link Import.resume}.
   *
   * An interruption waits for the requests under way and gives everything back.
   *
   * Fails with `ImportError` when the source can't be imported, or isn't the one that the import began
   * with (`Mismatch`).
   */
  readonly run: (options: RunOptions) => Effect.Effect<Report, E | ImportError, Engine | R>
  /** Where it stands, from the database: now, at every interval (default: a second), and at its end. */
  readonly progress: (
    id: string,
    interval?: Duration.Input,
  ) => Stream.Stream<ImportSnapshot, ImportError, Engine>
  /** Pauses it on all machines. What is under way is waited for. */
  readonly pause: (id: string) => Effect.Effect<void, ImportError, Engine>
  /** Ends a pause. Processes that have returned must run it again. */
  readonly resume: (id: string) => Effect.Effect<void, ImportError, Engine>
  /** The rows that were rejected, in the order of the source, read again from it. */
  readonly rejects: (
    id: string,
    options: { readonly source: OpenSource },
  ) => Stream.Stream<Reject, ImportError, Engine>
  /** Deletes everything that the database knows of it. */
  readonly forget: (id: string) => Effect.Effect<void, ImportError, Engine>
  /** Deletes everything that the database knows of all its runs, and the digests of its contacts. */
  readonly forgetAll: Effect.Effect<void, ImportError, Engine>
  /** The ids of its runs, the latest first. */
  readonly ids: Effect.Effect<ReadonlyArray<string>, ImportError, Engine>
}

const openOf = (source: OpenSource): Effect.Effect<Source, ImportError, Scope.Scope> =>
  Effect.isEffect(source) ? source : Effect.succeed(source)

const reasons: ReadonlyArray<PauseReason> = [
  "Paused",
  "Refused",
  "Unreachable",
  "Setup",
  "SourceChanged",
  "SourceUnreadable",
  "Bug",
]

const reasonOf = (text: string): PauseReason | undefined =>
  reasons.find((reason) => reason === text)

const countsOf = (
  id: string,
  { crashed, done, open, rejected, rows, unchanged }: Totals,
) => ({ id, rows, done, rejected, crashed, unchanged, open })

const probeEvery = 60_000

const headSize = 65_536

/** Makes an import. It does nothing until it is run. */
export const make = <E, R>(
  name: string,
  { changedOnly, mapping, operation, rows }: ImportOptions<E, R>,
): Import<E, R> => {
  const idOf = (id: string): string => `${name}/${id}`

  const totalsOf = (store: ImportStore, id: string): Effect.Effect<Totals, ImportError> =>
    Effect.flatMap(
      store.totals(id),
      (totals) => totals === undefined ? Effect.fail(noSuchImport(id)) : Effect.succeed(totals),
    )

  const fingerprintOf = (source: Source): Effect.Effect<(secret: string) => string, ImportError> =>
    Effect.gen(function* () {
      const size = Math.min(headSize, source.size)
      const head = yield* source.read(0, size)
      const tail = yield* source.read(source.size - size, size)
      const told = JSON.stringify([rows, mapping.description, operation.description, source.size])
      return (secret) => keyedHash(secret, told, head, tail)
    })

  const begin = (
    store: ImportStore,
    id: string,
    source: Source,
  ): Effect.Effect<ImportRecord, ImportError> =>
    Effect.gen(function* () {
      const fingerprint = yield* fingerprintOf(source)
      const record = yield* store.begin(id, randomBytes(24).toString("base64url"), fingerprint)
      return record.fingerprint === fingerprint(record.secret) ? record : yield* Effect.fail(
        new ImportError({
          reason: "Mismatch",
          message:
            `The import "${id}" began with another source, mapping or operation. Run this one ` +
            "under another id, or forget that one first.",
        }),
      )
    })

  const makeMapper = (
    load: Effect.Effect<MakeMapper, E, R>,
    { columns }: Layout,
  ): Effect.Effect<Mapper, E | ImportError, R> =>
    Effect.flatMap(
      load,
      (mapperOf) => Effect.fromResult(mapperOf(columns, operation.needsUnicityAlone)),
    )

  /** Plans the source, or waits for the process that does. Gives the layout, or `undefined` at a stop. */
  const planned = (
    { settings, store }: EngineService,
    record: ImportRecord,
    source: Source,
    changes: Job["changes"],
    mapperOf: Effect.Effect<MakeMapper, E, R>,
    stop: Deferred.Deferred<void>,
  ): Effect.Effect<Layout | undefined, E | ImportError, R> =>
    Effect.gen(function* () {
      const { id, secret } = record
      for (;;) {
        const now = yield* store.find(id)
        if (now === undefined) return yield* Effect.fail(noSuchImport(id))
        if (now.state !== "planning") return layoutOf(now)
        if (Deferred.isDoneUnsafe(stop)) return undefined
        const claim = yield* store.claimImport(id, "planning")
        if (claim === undefined) {
          yield* Effect.race(Effect.sleep(pollEvery), Deferred.await(stop))
          continue
        }
        const keeping = Effect.repeat(
          Effect.delay(store.keepImport(id, claim), settings.lease / 5),
          { while: (state) => state !== undefined },
        )
        const planning = Effect.gen(function* () {
          const layout = yield* inspect(source, rows)
          const mapper = yield* makeMapper(mapperOf, layout)
          const { isOrdered } = operation
          const isUnchanged = changes && findUnchanged(store, changes)
          const whole = yield* makePlan(
            source,
            layout,
            mapper,
            { isOrdered, isUnchanged, secret },
            (part) => store.writePlan(id, part.chunks, part.rejects),
          )
          yield* store.endPlan(id, claim, JSON.stringify(whole))
        })
        yield* Effect.raceFirst(planning, Effect.andThen(keeping, Effect.never)).pipe(
          // So that it can begin anew with what was wrong mended.
          Effect.tapError(() => store.forget(id)),
          Effect.onInterrupt(() => Effect.ignore(store.releaseImport(id, claim))),
        )
      }
    })

  const run = ({ concurrency = 16, id, onPause = "return", source, stop }: RunOptions) =>
    Effect.gen(function* () {
      const engine = yield* Engine
      const { settings, store, targets } = engine
      if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
        return yield* Effect.fail(
          new ImportError({
            reason: "BadOptions",
            message: "concurrency must be a whole number of at least 1.",
          }),
        )
      }
      const key = idOf(id)
      const opened = yield* openOf(source)
      const record = yield* begin(store, key, opened)
      const changes = changedOnly === undefined ? undefined : {
        name,
        digests: yield* makeDigests(
          changedOnly,
          `${operation.description}\n${mapping.description}`,
        ),
      }
      const wasComplete = record.state === "complete"
      const stopped = Deferred.makeUnsafe<void>()
      if (stop !== undefined) {
        yield* Effect.forkScoped(Effect.andThen(stop, Deferred.succeed(stopped, undefined)))
      }
      if (record.reason !== "Paused") yield* store.setState(key, ["paused"], "running", "")
      const mapperOf = yield* Effect.cached(mapping.load)
      const layout = yield* planned(engine, record, opened, changes, mapperOf, stopped)
      if (layout !== undefined && !wasComplete) {
        const mapper = yield* makeMapper(mapperOf, layout)
        const job = {
          id: key,
          secret: record.secret,
          store,
          targets,
          settings,
          source: opened,
          layout,
          mapper,
          operation,
          concurrency,
          changes,
          stop: stopped,
        }
        const working = Effect.gen(function* () {
          for (;;) {
            yield* work(job)
            const { reason, state } = yield* totalsOf(store, key)
            if (state === "complete" || Deferred.isDoneUnsafe(stopped)) return
            if (state === "paused") {
              if (onPause === "return") return
              if (reason !== "Paused" && (yield* store.takeProbe(key, probeEvery))) {
                yield* store.setState(key, ["paused"], "running", "")
                continue
              }
            }
            yield* Effect.race(Effect.sleep(pollEvery), Deferred.await(stopped))
          }
        })
        yield* stoppingGracefully(stopped, working)
      }
      const totals = yield* totalsOf(store, key)
      const report: Report = {
        ...countsOf(key, totals),
        end: totals.state === "complete"
          ? "complete"
          : totals.state === "paused"
          ? "paused"
          : "stopped",
        reason: reasonOf(totals.reason),
        wasComplete,
      }
      return report
    }).pipe(Effect.scoped)

  const rejects = (id: string, options: { readonly source: OpenSource }) =>
    Stream.unwrap(Effect.gen(function* () {
      const { store } = yield* Engine
      const key = idOf(id)
      const record = yield* store.find(key)
      if (record === undefined) return yield* Effect.fail(noSuchImport(key))
      const layout = layoutOf(record)
      if (layout === undefined) return Stream.empty
      const source = yield* openOf(options.source)
      return Stream.paginate(
        [-1, -1] as readonly [number, number],
        (after) =>
          Effect.map(readRejects(store, record, layout, source, after), (page) => {
            const last = page.at(-1)
            return [
              page.map(({ reject }) => reject),
              last === undefined ? Option.none() : Option.some([last.n, last.i] as const),
            ] as const
          }),
      )
    }))

  return {
    run,
    progress: (id, interval = "1 second") =>
      Stream.unwrap(Effect.map(Engine, ({ store }) => {
        let last: { readonly at: number; readonly settled: number } | undefined
        const snapshot = Effect.gen(function* () {
          const totals = yield* totalsOf(store, idOf(id))
          const at = yield* Clock.currentTimeMillis
          const settled = totals.rows - totals.open
          const rate = last === undefined || at <= last.at
            ? 0
            : (settled - last.settled) / (at - last.at) * 1000
          last = { at, settled }
          const counts = countsOf(idOf(id), totals)
          const found: ImportSnapshot = {
            ...counts,
            state: totals.state,
            reason: reasonOf(totals.reason),
            rate,
            eta: rate > 0 ? Duration.seconds(Math.ceil(counts.open / rate)) : undefined,
          }
          return found
        })
        return Stream.tick(interval).pipe(
          Stream.mapEffect(() => snapshot),
          Stream.takeUntil(({ state }) => state === "complete" || state === "paused"),
        )
      })),
    pause: (id) => change(idOf(id), ["planning", "running"], "paused", "Paused"),
    resume: (id) => change(idOf(id), ["paused"], "running", ""),
    rejects,
    forget: (id) => Engine.use(({ store }) => store.forget(idOf(id))),
    forgetAll: Engine.use(({ store }) =>
      Effect.gen(function* () {
        yield* store.forgetDigests(name)
        for (const id of yield* store.list(`${name}/`)) yield* store.forget(id)
      })
    ),
    ids: Engine.use(({ store }) =>
      Effect.map(store.list(`${name}/`), (ids) => ids.map((id) => id.slice(name.length + 1)))
    ),
  }
}

/** Which contacts were accepted before as they are now. What is known of all others is deleted. */
const findUnchanged = (
  store: ImportStore,
  { digests, name }: NonNullable<Job["changes"]>,
) =>
(contacts: ReadonlyArray<PlannedContact>): Effect.Effect<ReadonlyArray<boolean>, ImportError> =>
  Effect.gen(function* () {
    const pairs = contacts.map(({ content, key }) =>
      [digests.contact(key), digests.content(key, content)] as const
    )
    const known = yield* store.digests(name, pairs.map(([contact]) => contact), digests.maxAge)
    const unchanged = pairs.map(([contact, content]) => known.get(contact) === content)
    // They are sent, and may be changed at NP6 even if they fail, or if the run is given up.
    const stale = pairs.flatMap(([contact], at) =>
      unchanged[at] === true || !known.has(contact) ? [] : [[contact, undefined] as const]
    )
    yield* store.keepDigests(name, stale)
    return unchanged
  })

const change = (
  id: string,
  from: ReadonlyArray<ImportRecord["state"]>,
  to: ImportRecord["state"],
  reason: string,
): Effect.Effect<void, ImportError, Engine> =>
  Engine.use(({ store }) =>
    Effect.gen(function* () {
      const record = yield* store.find(id)
      if (record === undefined) return yield* Effect.fail(noSuchImport(id))
      yield* store.setState(id, from, to, reason)
    })
  )

// This room alone writes it.
const layoutOf = ({ layout }: ImportRecord): Layout | undefined =>
  layout === "" ? undefined : JSON.parse(layout) as Layout

const pageSize = 500

interface PlacedReject {
  readonly n: number
  readonly i: number
  readonly reject: Reject
}

const remedies: ReadonlyArray<Remedy> = ["fix", "retry", "verify", "setup", "none"]

const otherSource = new ImportError({
  reason: "Mismatch",
  message: "The source isn't what it was when it was imported, so its rejects can't be read.",
})

const readRejects = (
  store: ImportStore,
  { id, secret }: ImportRecord,
  layout: Layout,
  source: Source,
  after: readonly [n: number, i: number],
): Effect.Effect<ReadonlyArray<PlacedReject>, ImportError> =>
  Effect.gen(function* () {
    const page: Array<PlacedReject> = []
    let rows: ReadonlyArray<ChunkRecordRead> = []
    let current = -1
    for (const record of yield* store.rejects(id, after, pageSize)) {
      if (record.n !== current) {
        current = record.n
        const chunk = yield* store.chunk(id, record.n)
        if (chunk === undefined) return yield* Effect.fail(noSuchImport(id))
        rows = yield* readChunk(source, secret, chunk, layout, otherSource)
      }
      const cells = rows[record.i]?.cells ?? []
      page.push({
        n: record.n,
        i: record.i,
        reject: {
          line: record.line,
          column: record.name === "" ? undefined : record.name,
          problem: record.problem,
          tag: record.tag,
          remedy: remedies.find((remedy) => remedy === record.remedy) ?? "fix",
          applied: record.applied === "unknown" ? "unknown" : "no",
          status: record.status === 0 ? undefined : record.status,
          requestId: record.request === "" ? undefined : record.request,
          row: Object.fromEntries(
            cells.map((cell, at) => [layout.columns[at] ?? String(at + 1), cell]),
          ),
        },
      })
    }
    return page
  })
