/** One machine of a distributed import: `worker.ts <postgres URL> <file>`. Prints its report. */
import { Effect, Layer, Redacted } from "effect"
import { PgClient } from "@effect/sql-pg"
import process from "node:process"
import { Account, Np6, Targets } from "../../../mod.ts"
import { Import } from "../../../src/import/mod.ts"

const [url = "", path = ""] = process.argv.slice(2)

const crm = Import.make("crm", {
  rows: Import.csv(),
  mapping: Import.byFieldName(),
  operation: Import.upsert(),
})

const live = Import.layerWith({ lease: "3 seconds", settle: "1 second" }).pipe(
  Layer.provideMerge(PgClient.layer({ url: Redacted.make(url) })),
  Layer.provideMerge(Layer.mergeAll(Targets.layer, Account.layer)),
  Layer.provide(Np6.layerFetchConfig()),
)

const report = await Effect.runPromise(
  Effect.provide(crm.run({ id: "distributed", source: Import.file(path) }), live),
)
console.log(JSON.stringify(report))
process.exit(0)
