/**
 * What an import keeps in its database: where its chunks are in the source, what became of each row,
 * and why rows were rejected. No value, no unicity and no text of a row.
 *
 * The statements work on SQLite and Postgres alike. Times are those of the database, so that several
 * machines agree on them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import { ImportError } from "./ImportError.ts"

/** Where an import stands. */
export type ImportState = "planning" | "running" | "paused" | "complete"

/** An import, as it is kept. */
export interface ImportRecord {
  readonly id: string
  readonly fingerprint: string
  /** The key of the hashes of this import alone, deleted with it. */
  readonly secret: string
  readonly state: ImportState
  readonly reason: string
  /** How the source was read, as JSON, once it is planned. */
  readonly layout: string
  /** How much longer requests of a process that died may arrive at NP6, in milliseconds. */
  readonly unsettled: number
}

/** A chunk of the source: whole rows that are sent by one process at a time. */
export interface ChunkRecord {
  readonly n: number
  readonly start: number
  readonly size: number
  readonly line: number
  readonly rows: number
  readonly hash: string
  /**
   * A character a row: `.` to do, `L` to do after all others, `D` done, `F` rejected, `U` unchanged
   * and not sent, `!` being sent alone.
   */
  readonly outcomes: string
  /** Grows with each process that takes the chunk: what is saved under an older one is refused. */
  readonly claim: number
  /** How many processes have taken the chunk and not come to an end with it. */
  readonly attempts: number
  /** How often rows of it were left open by failures of NP6 or the network. */
  readonly rounds: number
}

/** A row that was rejected. Holds no value of the row. */
export interface RejectRecord {
  readonly n: number
  /** The row's index in its chunk. */
  readonly i: number
  readonly line: number
  readonly name: string
  readonly problem: string
  readonly tag: string
  readonly remedy: string
  readonly applied: string
  readonly status: number
  readonly request: string
}

/** Sums over all chunks. */
export interface Totals {
  readonly state: ImportState
  readonly reason: string
  readonly rows: number
  readonly done: number
  readonly rejected: number
  readonly unchanged: number
  /** Rows that are none of these yet. */
  readonly open: number
  readonly crashed: number
  readonly chunks: number
  readonly openChunks: number
}

const count = (text: string, what: string): number => text.split(what).length - 1

type Row = { readonly [column: string]: unknown }

const text = (row: Row, column: string): string => String(row[column] ?? "")
const number = (row: Row, column: string): number => Number(row[column] ?? 0)

const stateOf = (row: Row): ImportState => {
  const state = text(row, "state")
  return state === "running" || state === "paused" || state === "complete" ? state : "planning"
}

const importOf = (row: Row): ImportRecord => ({
  id: text(row, "id"),
  fingerprint: text(row, "fingerprint"),
  secret: text(row, "secret"),
  state: stateOf(row),
  reason: text(row, "reason"),
  layout: text(row, "layout"),
  unsettled: number(row, "unsettled"),
})

const chunkOf = (row: Row): ChunkRecord => ({
  n: number(row, "n"),
  start: number(row, "byte_start"),
  size: number(row, "byte_size"),
  line: number(row, "line"),
  rows: number(row, "row_count"),
  hash: text(row, "hash"),
  outcomes: text(row, "outcomes"),
  claim: number(row, "claim"),
  attempts: number(row, "attempts"),
  rounds: number(row, "rounds"),
})

const rejectOf = (row: Row): RejectRecord => ({
  n: number(row, "n"),
  i: number(row, "i"),
  line: number(row, "line"),
  name: text(row, "column_name"),
  problem: text(row, "problem"),
  tag: text(row, "tag"),
  remedy: text(row, "remedy"),
  applied: text(row, "applied"),
  status: number(row, "status"),
  request: text(row, "request"),
})

const totalsOf = (row: Row): Totals => {
  const rows = number(row, "row_sum")
  const done = number(row, "done")
  const rejected = number(row, "rejected")
  const unchanged = number(row, "unchanged")
  return {
    state: stateOf(row),
    reason: text(row, "reason"),
    rows,
    done,
    rejected,
    unchanged,
    open: rows - done - rejected - unchanged,
    crashed: number(row, "crashed"),
    chunks: number(row, "chunks"),
    openChunks: number(row, "open_chunks"),
  }
}

const migrations = Migrator.fromRecord({
  "0001_import": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE np6_import (
        id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, secret TEXT NOT NULL,
        state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', layout TEXT NOT NULL DEFAULT '',
        claim INTEGER NOT NULL DEFAULT 0, lease DOUBLE PRECISION NOT NULL DEFAULT 0,
        unsettled_until DOUBLE PRECISION NOT NULL DEFAULT 0,
        changed_at DOUBLE PRECISION NOT NULL
      )`
    yield* sql`
      CREATE TABLE np6_import_chunk (
        import_id TEXT NOT NULL, n INTEGER NOT NULL,
        byte_start DOUBLE PRECISION NOT NULL, byte_size INTEGER NOT NULL,
        line INTEGER NOT NULL, row_count INTEGER NOT NULL, hash TEXT NOT NULL,
        outcomes TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0,
        rejected INTEGER NOT NULL DEFAULT 0, unchanged INTEGER NOT NULL DEFAULT 0,
        is_open INTEGER NOT NULL,
        claim INTEGER NOT NULL DEFAULT 0, lease DOUBLE PRECISION NOT NULL DEFAULT 0,
        due DOUBLE PRECISION NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0, rounds INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (import_id, n)
      )`
    yield* sql`
      CREATE TABLE np6_import_reject (
        import_id TEXT NOT NULL, n INTEGER NOT NULL, i INTEGER NOT NULL, line INTEGER NOT NULL,
        column_name TEXT NOT NULL, problem TEXT NOT NULL, tag TEXT NOT NULL,
        remedy TEXT NOT NULL, applied TEXT NOT NULL, status INTEGER NOT NULL,
        request TEXT NOT NULL, PRIMARY KEY (import_id, n, i)
      )`
    yield* sql`
      CREATE TABLE np6_import_digest (
        name TEXT NOT NULL, contact TEXT NOT NULL, content TEXT NOT NULL,
        sent_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (name, contact)
      )`
  }),
})

/** The version of the tables that this library knows: a newer one was made by a newer library. */
const newest = 1
const migrationsTable = "np6_import_migrations"

const whileAway = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("2 seconds")])

const migrate: Effect.Effect<unknown, SqlError.SqlError, SqlClient.SqlClient> = Migrator.make({})({
  loader: migrations,
  table: migrationsTable,
}).pipe(
  // Locked: another process makes the tables at this moment. All else is a mistake in them.
  Effect.retry({
    while: (error) => error._tag === "MigrationError" && error.kind === "Locked",
    schedule: Schedule.spaced("200 millis"),
    times: 50,
  }),
  Effect.catchTag("MigrationError", Effect.die),
)

type Saved<A> = Effect.Effect<A, ImportError>

/** A chunk before any process has taken it. */
export type PlannedChunk = Omit<ChunkRecord, "claim" | "attempts" | "rounds">

/** How the store is used. Each method waits until the database is back when it goes away. */
export interface ImportStore {
  readonly find: (id: string) => Saved<ImportRecord | undefined>
  /** Begins an import, or finds the one that has begun. */
  readonly begin: (
    id: string,
    secret: string,
    fingerprint: (secret: string) => string,
  ) => Saved<ImportRecord>
  /** Takes what one process does at a time, plan or tail; `undefined` while another has it. */
  readonly claimImport: (id: string, state: ImportState) => Saved<number | undefined>
  /** Keeps it. The state of the import, or `undefined` when another process has it. */
  readonly keepImport: (id: string, claim: number) => Saved<ImportState | undefined>
  readonly releaseImport: (id: string, claim: number) => Saved<unknown>
  /** Writes a part of the plan. The parts that an earlier try has written are the same. */
  readonly writePlan: (
    id: string,
    chunks: ReadonlyArray<PlannedChunk>,
    rejects: ReadonlyArray<RejectRecord>,
  ) => Saved<void>
  readonly endPlan: (id: string, claim: number, layout: string) => Saved<unknown>
  /** Changes the state, if it is one of these. Says whether it was. */
  readonly setState: (
    id: string,
    from: ReadonlyArray<ImportState>,
    to: ImportState,
    reason: string,
  ) => Saved<boolean>
  /** Lets one of several processes probe, every so many milliseconds. */
  readonly takeProbe: (id: string, every: number) => Saved<boolean>
  /** Takes the next chunk that no living process has. */
  readonly claimChunk: (id: string) => Saved<ChunkRecord | undefined>
  /**
   * Saves what became of rows and keeps the chunk, or gives it back at its `end`. The state of the
   * import, or `undefined` when another process has the chunk: then nothing is saved.
   */
  readonly saveChunk: (
    id: string,
    chunk: ChunkRecord,
    outcomes: string,
    rejects: ReadonlyArray<RejectRecord>,
    attempts: number,
    end?: { readonly rounds: number; readonly delay: number },
  ) => Saved<ImportState | undefined>
  /** The next chunks with rows that wait for all others. */
  readonly tailChunks: (id: string, limit: number) => Saved<ReadonlyArray<ChunkRecord>>
  /** Saves rows of the tail. The import's state, or `undefined` when another has the tail. */
  readonly saveTail: (
    id: string,
    claim: number,
    chunks: ReadonlyArray<readonly [n: number, outcomes: string]>,
    rejects: ReadonlyArray<RejectRecord>,
  ) => Saved<ImportState | undefined>
  readonly totals: (id: string) => Saved<Totals | undefined>
  /** Some rejects, in the order of the source, after one of them. */
  readonly rejects: (
    id: string,
    after: readonly [n: number, i: number],
    limit: number,
  ) => Saved<ReadonlyArray<RejectRecord>>
  readonly chunk: (id: string, n: number) => Saved<ChunkRecord | undefined>
  /** The digests of what was sent of some contacts, no older than so many milliseconds. */
  readonly digests: (
    name: string,
    contacts: ReadonlyArray<string>,
    maxAge: number,
  ) => Saved<ReadonlyMap<string, string>>
  /** Keeps the digests of what was sent; `undefined` deletes that of a contact. */
  readonly keepDigests: (
    name: string,
    digests: ReadonlyArray<readonly [contact: string, content: string | undefined]>,
  ) => Saved<void>
  readonly forgetDigests: (name: string) => Saved<unknown>
  /** Deletes everything of an import. */
  readonly forget: (id: string) => Saved<void>
  /** The imports whose state hasn't changed for so many milliseconds. */
  readonly olderThan: (age: number) => Saved<ReadonlyArray<string>>
  /** The ids of all imports that begin so, the latest first. */
  readonly list: (prefix: string) => Saved<ReadonlyArray<string>>
}

const failed = ({ reason }: SqlError.SqlError): ImportError =>
  new ImportError({
    reason: "Store",
    message:
      `The database of the import failed (${reason._tag}). Check that it can be reached, that ` +
      "its user may create tables, and that its disk isn't full.",
  })

/** Makes the tables where they don't exist, and the statements over them. */
export const makeImportStore = (
  lease: number,
  settle: number,
): Effect.Effect<ImportStore, ImportError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const isAway = yield* Ref.make(false)

    /** Runs statements again until the database is back, and says so once each way. */
    const persist = <A>(
      statements: Effect.Effect<A, SqlError.SqlError>,
    ): Effect.Effect<A, ImportError> =>
      statements.pipe(
        Effect.tapError((error) =>
          Effect.flatMap(
            error.isRetryable ? Ref.getAndSet(isAway, true) : Effect.succeed(true),
            (known) =>
              known ? Effect.void : Effect.logWarning(
                `The import's database can't be reached (${error.reason._tag}). It waits.`,
              ),
          )
        ),
        Effect.retry({ while: (error) => error.isRetryable, schedule: whileAway }),
        Effect.tap(() =>
          Effect.flatMap(
            Ref.getAndSet(isAway, false),
            (was) => was ? Effect.logInfo("The import's database is back.") : Effect.void,
          )
        ),
        Effect.mapError(failed),
      )

    // Milliseconds since 1970, by the clock of the database.
    const now = sql.onDialectOrElse({
      pg: () =>
        sql.literal("CAST(extract(epoch from clock_timestamp()) * 1000 AS DOUBLE PRECISION)"),
      orElse: () => sql.literal("((julianday('now') - 2440587.5) * 86400000.0)"),
    })
    const skipLocked = sql.onDialectOrElse({
      pg: () => sql.literal("FOR UPDATE SKIP LOCKED"),
      orElse: () => sql.literal(""),
    })

    yield* persist(migrate.pipe(Effect.provideService(SqlClient.SqlClient, sql)))
    const [version] = yield* persist(
      sql<Row>`SELECT MAX(migration_id) AS version FROM ${sql(migrationsTable)}`,
    )
    if (number(version ?? {}, "version") > newest) {
      return yield* Effect.fail(
        new ImportError({
          reason: "StoreVersion",
          message: "A newer version of @effect-np6/targets wrote this database. Update this one.",
        }),
      )
    }

    const find = (id: string): Effect.Effect<ImportRecord | undefined, ImportError> =>
      Effect.map(
        persist(sql<Row>`
          SELECT *, unsettled_until - ${now} AS unsettled FROM np6_import WHERE id = ${id}`),
        ([row]) => row && importOf(row),
      )

    const insert = (
      table: string,
      [first, ...others]: ReadonlyArray<Record<string, unknown>>,
    ): Effect.Effect<unknown, SqlError.SqlError> =>
      first === undefined
        ? Effect.void
        : sql`INSERT INTO ${sql(table)} ${sql.insert([first, ...others])} ON CONFLICT DO NOTHING`

    const insertRejects = (id: string, rejects: ReadonlyArray<RejectRecord>) =>
      Effect.forEach(
        Array.from(
          { length: Math.ceil(rejects.length / 500) },
          (_, at) => rejects.slice(at * 500, at * 500 + 500),
        ),
        (some) =>
          insert(
            "np6_import_reject",
            some.map(({ name, ...reject }) => ({ import_id: id, column_name: name, ...reject })),
          ),
        { discard: true },
      )

    return {
      find,

      begin: (id, secret, fingerprint) =>
        Effect.gen(function* () {
          yield* persist(sql`
            INSERT INTO np6_import (id, fingerprint, secret, state, changed_at)
            VALUES (${id}, ${fingerprint(secret)}, ${secret}, 'planning', ${now})
            ON CONFLICT (id) DO NOTHING`)
          const found = yield* find(id)
          // Deleted at this very moment.
          return found ?? (yield* Effect.fail(noSuchImport(id)))
        }),

      claimImport: (id, state) =>
        Effect.map(
          persist(sql<Row>`
            UPDATE np6_import SET claim = claim + 1, lease = ${now} + ${lease},
              unsettled_until = CASE WHEN lease > 0 AND state = 'running'
                THEN ${now} + ${settle} ELSE unsettled_until END
            WHERE id = ${id} AND state = ${state} AND lease < ${now}
            RETURNING claim`),
          ([row]) => row && number(row, "claim"),
        ),

      keepImport: (id, claim) =>
        Effect.map(
          persist(sql<Row>`
            UPDATE np6_import SET lease = ${now} + ${lease}
            WHERE id = ${id} AND claim = ${claim} RETURNING state`),
          ([row]) => row && stateOf(row),
        ),

      releaseImport: (id, claim) =>
        persist(sql`UPDATE np6_import SET lease = 0 WHERE id = ${id} AND claim = ${claim}`),

      writePlan: (id, chunks, rejects) =>
        persist(sql.withTransaction(Effect.gen(function* () {
          const rows = chunks.map(({ rows, size, start, ...chunk }) => {
            const rejected = count(chunk.outcomes, "F")
            return {
              import_id: id,
              byte_start: start,
              byte_size: size,
              row_count: rows,
              rejected,
              unchanged: count(chunk.outcomes, "U"),
              is_open: chunk.outcomes.includes(".") ? 1 : 0,
              ...chunk,
            }
          })
          yield* insert("np6_import_chunk", rows)
          yield* insertRejects(id, rejects)
        }))),

      endPlan: (id, claim, layout) =>
        persist(sql`
          UPDATE np6_import SET state = 'running', layout = ${layout}, lease = 0, changed_at = ${now}
          WHERE id = ${id} AND claim = ${claim} AND state = 'planning'`),

      setState: (id, from, to, reason) =>
        Effect.map(
          persist(sql`
            UPDATE np6_import SET state = ${to}, reason = ${reason}, changed_at = ${now}
            WHERE id = ${id} AND state IN ${sql.in(from)} RETURNING id`),
          (rows) => rows.length > 0,
        ),

      takeProbe: (id, every) =>
        Effect.map(
          persist(sql`
            UPDATE np6_import SET changed_at = ${now}
            WHERE id = ${id} AND state = 'paused' AND changed_at < ${now} - ${every} RETURNING id`),
          (rows) => rows.length > 0,
        ),

      claimChunk: (id) =>
        persist(sql.withTransaction(Effect.gen(function* () {
          const [next] = yield* sql<Row>`
            SELECT n, lease FROM np6_import_chunk
            WHERE import_id = ${id} AND is_open = 1 AND lease < ${now} AND due < ${now}
            ORDER BY n LIMIT 1 ${skipLocked}`
          if (next === undefined) return undefined
          const [row] = yield* sql<Row>`
            UPDATE np6_import_chunk
            SET claim = claim + 1, attempts = attempts + 1, lease = ${now} + ${lease}
            WHERE import_id = ${id} AND n = ${number(next, "n")} RETURNING *`
          // Its process died with requests under way.
          if (number(next, "lease") > 0) {
            yield* sql`
              UPDATE np6_import SET unsettled_until = ${now} + ${settle} WHERE id = ${id}`
          }
          return row && chunkOf(row)
        }))),

      saveChunk: (id, { claim, n }, outcomes, rejects, attempts, end) =>
        persist(sql.withTransaction(Effect.gen(function* () {
          const until = end === undefined ? sql`${now} + ${lease}` : sql`0`
          const given = end === undefined
            ? sql``
            : sql`, rounds = ${end.rounds}, due = ${now} + ${end.delay}`
          const [row] = yield* sql<Row>`
            UPDATE np6_import_chunk SET outcomes = ${outcomes}, done = ${count(outcomes, "D")},
              rejected = ${count(outcomes, "F")}, is_open = ${/[.!]/.test(outcomes) ? 1 : 0},
              attempts = ${attempts}, lease = ${until}${given}
            WHERE import_id = ${id} AND n = ${n} AND claim = ${claim}
            RETURNING (SELECT state FROM np6_import WHERE id = import_id) AS state`
          if (row === undefined) return undefined
          yield* insertRejects(id, rejects)
          return stateOf(row)
        }))),

      tailChunks: (id, limit) =>
        Effect.map(
          persist(sql<Row>`
            SELECT * FROM np6_import_chunk WHERE import_id = ${id} AND outcomes LIKE ${"%L%"}
            ORDER BY n LIMIT ${limit}`),
          (rows) => rows.map(chunkOf),
        ),

      saveTail: (id, claim, chunks, rejects) =>
        persist(sql.withTransaction(Effect.gen(function* () {
          const [row] = yield* sql<Row>`
            UPDATE np6_import SET lease = ${now} + ${lease}
            WHERE id = ${id} AND claim = ${claim} RETURNING state`
          if (row === undefined) return undefined
          for (const [n, outcomes] of chunks) {
            yield* sql`
              UPDATE np6_import_chunk SET outcomes = ${outcomes}, done = ${count(outcomes, "D")},
                rejected = ${count(outcomes, "F")}
              WHERE import_id = ${id} AND n = ${n}`
          }
          yield* insertRejects(id, rejects)
          return stateOf(row)
        }))),

      totals: (id) =>
        Effect.map(
          persist(sql<Row>`
            SELECT i.state, i.reason, COUNT(c.n) AS chunks,
              CAST(COALESCE(SUM(c.row_count), 0) AS DOUBLE PRECISION) AS row_sum,
              CAST(COALESCE(SUM(c.done), 0) AS DOUBLE PRECISION) AS done,
              CAST(COALESCE(SUM(c.rejected), 0) AS DOUBLE PRECISION) AS rejected,
              CAST(COALESCE(SUM(c.unchanged), 0) AS DOUBLE PRECISION) AS unchanged,
              CAST(COALESCE(SUM(c.is_open), 0) AS DOUBLE PRECISION) AS open_chunks,
              (SELECT COUNT(*) FROM np6_import_reject r
                WHERE r.import_id = i.id AND r.tag = 'Crashed') AS crashed
            FROM np6_import i LEFT JOIN np6_import_chunk c ON c.import_id = i.id
            WHERE i.id = ${id} GROUP BY i.id, i.state, i.reason`),
          ([row]) => row && totalsOf(row),
        ),

      rejects: (id, after, limit) =>
        Effect.map(
          persist(sql<Row>`
            SELECT * FROM np6_import_reject
            WHERE import_id = ${id} AND (n > ${after[0]} OR (n = ${after[0]} AND i > ${after[1]}))
            ORDER BY n, i LIMIT ${limit}`),
          (rows) => rows.map(rejectOf),
        ),

      chunk: (id, n) =>
        Effect.map(
          persist(sql<Row>`
            SELECT * FROM np6_import_chunk WHERE import_id = ${id} AND n = ${n}`),
          ([row]) => row && chunkOf(row),
        ),

      digests: (name, contacts, maxAge) =>
        Effect.gen(function* () {
          const found = new Map<string, string>()
          const since = Number.isFinite(maxAge) ? sql`AND sent_at > ${now} - ${maxAge}` : sql``
          for (let at = 0; at < contacts.length; at += 500) {
            const rows = yield* persist(sql<Row>`
              SELECT contact, content FROM np6_import_digest
              WHERE name = ${name} AND contact IN ${sql.in(contacts.slice(at, at + 500))} ${since}`)
            for (const row of rows) found.set(text(row, "contact"), text(row, "content"))
          }
          return found
        }),

      keepDigests: (name, digests) =>
        digests.length === 0 ? Effect.void : persist(sql.withTransaction(Effect.gen(function* () {
          for (const [contact, content] of digests) {
            yield* content === undefined
              ? sql`DELETE FROM np6_import_digest WHERE name = ${name} AND contact = ${contact}`
              : sql`
                INSERT INTO np6_import_digest (name, contact, content, sent_at)
                VALUES (${name}, ${contact}, ${content}, ${now})
                ON CONFLICT (name, contact)
                DO UPDATE SET content = excluded.content, sent_at = excluded.sent_at`
          }
        }))),

      forgetDigests: (name) => persist(sql`DELETE FROM np6_import_digest WHERE name = ${name}`),

      forget: (id) =>
        persist(sql.withTransaction(Effect.gen(function* () {
          yield* sql`DELETE FROM np6_import_reject WHERE import_id = ${id}`
          yield* sql`DELETE FROM np6_import_chunk WHERE import_id = ${id}`
          yield* sql`DELETE FROM np6_import WHERE id = ${id}`
        }))),

      olderThan: (age) =>
        Effect.map(
          persist(sql<Row>`SELECT id FROM np6_import WHERE changed_at < ${now} - ${age}`),
          (rows) => rows.map((row) => text(row, "id")),
        ),

      list: (prefix) =>
        Effect.map(
          persist(sql<Row>`SELECT id FROM np6_import ORDER BY changed_at DESC`),
          (rows) => rows.map((row) => text(row, "id")).filter((id) => id.startsWith(prefix)),
        ),
    }
  })

/** There is no import with this id. */
export const noSuchImport = (id: string): ImportError =>
  new ImportError({ reason: "NoSuchImport", message: `There is no import "${id}".` })
