/**
 * A `SqlClient` over `node:sqlite`, for imports on one machine.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlConnection from "effect/sql/SqlConnection"
import * as SqlError from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import { chmodSync } from "node:fs"
import { dirname, resolve } from "node:path"
import process from "node:process"
import type { DatabaseSync, SQLInputValue } from "node:sqlite"
import { DigestKeyFile } from "./ChangedOnly.ts"
import { ImportError } from "./ImportError.ts"
import { SpoolDirectory } from "./Source.ts"

const memory = ":memory:"

/** Opens the database; its file can be read by its user alone. */
export const layerSqlite = (
  { filename }: { readonly filename: string },
): Layer.Layer<SqlClient.SqlClient, ImportError> => {
  const client = Layer.effectContext(
    Effect.map(makeClient(filename), (client) => Context.make(SqlClient.SqlClient, client)),
  ).pipe(Layer.provide(Reactivity.layer))
  return filename === memory ? client : Layer.mergeAll(
    client,
    Layer.succeed(SpoolDirectory, dirname(resolve(filename))),
    Layer.succeed(DigestKeyFile, `${resolve(filename)}.key`),
  )
}

const makeClient = (
  filename: string,
): Effect.Effect<SqlClient.SqlClient, ImportError, Reactivity.Reactivity | Scope.Scope> =>
  Effect.gen(function* () {
    const database = yield* Effect.acquireRelease(
      open(filename),
      (database) => Effect.sync(() => database.close()),
    )
    const connection = connectionOf(database)
    const semaphore = yield* Semaphore.make(1)
    return yield* SqlClient.make({
      ...SqlClient.makeSqliteAcquirers({
        connection: Effect.succeed(connection),
        semaphore,
        isTransaction: () => database.isTransaction,
      }),
      compiler: Statement.makeCompilerSqlite(),
      driver: "node:sqlite",
      beginTransaction: "BEGIN IMMEDIATE",
      spanAttributes: [["db.system.name", "sqlite"]],
    })
  })

const storeError = (message: string): ImportError => new ImportError({ reason: "Store", message })

const open = (filename: string): Effect.Effect<DatabaseSync, ImportError> =>
  Effect.suspend(() => {
    // Loaded late: Node 20 lacks it, and nothing else here needs it.
    const sqlite = process.getBuiltinModule?.("node:sqlite")
    if (sqlite === undefined) {
      return Effect.fail(
        storeError(
          "Imports over SQLite need Node 22.19 or newer, or Deno 2.9. Update the runtime.",
        ),
      )
    }
    return Effect.try({
      try: () => {
        const database = new sqlite.DatabaseSync(filename, { timeout: 5_000 })
        if (filename !== memory) chmodSync(filename, 0o600)
        database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        return database
      },
      catch: (cause) =>
        storeError(
          `The database can't be opened (${
            codeOf(cause)
          }). Check that the directory exists and can ` +
            `be written, and that the file is a SQLite database: ${filename}`,
        ),
    })
  })

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "errstr" in cause
    ? String(cause.errstr)
    : cause instanceof Error && "code" in cause
    ? String(cause.code)
    : "unknown"

// Its message names tables and columns, and never a value.
const sqlError = (cause: unknown): SqlError.SqlError =>
  new SqlError.SqlError({
    reason: SqlError.classifySqliteError(cause, { message: "SQLite failed", operation: "execute" }),
  })

const connectionOf = (database: DatabaseSync): SqlConnection.Connection => {
  const prepared = new Map<string, ReturnType<DatabaseSync["prepare"]>>()
  const statementOf = (sql: string): ReturnType<DatabaseSync["prepare"]> => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    if (prepared.size < 200) prepared.set(sql, statement)
    return statement
  }
  const all = (
    sql: string,
    params: ReadonlyArray<unknown>,
  ): Effect.Effect<ReadonlyArray<Record<string, unknown>>, SqlError.SqlError> =>
    Effect.try({
      // The statements of this room have texts, numbers, bytes and nulls for parameters.
      try: () => statementOf(sql).all(...params as ReadonlyArray<SQLInputValue>),
      catch: sqlError,
    })
  const execute: SqlConnection.Connection["execute"] = (sql, params, transform) =>
    Effect.map(all(sql, params), (rows) => transform === undefined ? rows : transform(rows))
  const values: SqlConnection.Connection["executeValues"] = (sql, params) =>
    Effect.map(all(sql, params), (rows) => rows.map((row) => Object.values(row)))
  return {
    execute,
    executeRaw: all,
    executeUnprepared: execute,
    executeValues: values,
    executeValuesUnprepared: values,
    executeStream: (sql, params, transform) =>
      Stream.unwrap(Effect.map(execute(sql, params, transform), Stream.fromIterable)),
  }
}
