import { Account, Np6, Targets } from "@effect-np6/targets"
import { Import } from "@effect-np6/targets/import"
import { Effect, Layer, Stream } from "effect"
import process from "node:process"

const crm = Import.make("crm", {
  rows: Import.csv(),
  mapping: Import.byFieldName(),
  operation: Import.ensureInSegment(12345),
})

// Ctrl-C ends the run gently: requests under way are waited for. Run it again to go on.
const interrupted = Effect.callback<void>((resume) => {
  const stop = () => resume(Effect.void)
  process.once("SIGINT", stop).once("SIGTERM", stop)
  return Effect.sync(() => process.off("SIGINT", stop).off("SIGTERM", stop))
})

const [path = "contacts.csv", id = "first"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const source = Import.file(path)
  const report = yield* crm.run({ id, source, stop: interrupted })
  const { done, end, open, reason, rejected, rows } = report
  yield* Effect.log(
    `${end}${reason === undefined ? "" : ` (${reason})`}: ` +
      `${done} of ${rows} done, ${rejected} rejected, ${open} open`,
  )
  // The line and the reason. The row itself is in `row`.
  yield* crm.rejects(id, { source }).pipe(
    Stream.runForEach(({ column, line, problem }) =>
      Effect.logWarning(`line ${line}: ${column === undefined ? "" : `${column}: `}${problem}`)
    ),
  )
  if (end !== "complete") process.exitCode = 1
})

const live = Import.layer.pipe(
  // For several machines: `PgClient.layer({ url })` of `@effect/sql-pg`, in place of SQLite.
  Layer.provideMerge(Import.layerSqlite({ filename: "imports.db" })),
  Layer.provideMerge(Layer.mergeAll(Targets.layer, Account.layer)),
  Layer.provide(Np6.layerFetchConfig()),
)

Effect.runPromise(
  program.pipe(
    Effect.provide(live),
    Effect.catch((error) =>
      Effect.andThen(Effect.logError(error.message), Effect.sync(() => process.exitCode = 1))
    ),
  ),
)
