import { assert, describe, it } from "@effect/vitest"
import { type Account, RetryPolicy, type Targets } from "@effect-np6/targets"
import { Import, type ImportError, Source } from "@effect-np6/targets/import"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Deferred, Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { inTemporaryDirectory } from "../harness/files.ts"
import { hasSqlite } from "../harness/processes.ts"

type Services = Import.Engine | Sandbox | Targets | Account

/**
 * A sandbox in process makes no pause in which a timer could run, so a lease must outlast a whole run.
 * What is tried in several rounds waits for a third of it in between.
 */
type Lease = "30 seconds" | "3 seconds"

const layerOf = (filename: string, lease: Lease = "30 seconds") =>
  Import.layerWith({ lease, settle: "10 millis", checkpoint: "20 millis" }).pipe(
    Layer.provideMerge(Import.layerSqlite({ filename })),
    Layer.provideMerge(Sandbox.layerTargets({ retry: RetryPolicy.none })),
  )

/** Runs in real time, over a database in memory. */
const live = <E>(
  name: string,
  test: () => Effect.Effect<void, E, Services>,
  lease?: Lease,
): void =>
  it.live.skipIf(!hasSqlite)(
    name,
    () => Effect.suspend(test).pipe(Effect.provide(layerOf(":memory:", lease))),
  )

const crm = Import.make("crm", {
  rows: Import.csv(),
  mapping: Import.byFieldName(),
  operation: Import.upsert(),
})

const address = (n: number): string => `contact.${n}@example.com`
const csvOf = (...rows: ReadonlyArray<string>): Source.Source =>
  Source.bytes(["Email,Last name,Orders", ...rows, ""].join("\n"))
const many = (count: number): Source.Source =>
  csvOf(...Array.from({ length: count }, (_, n) => `${address(n)},Name ${n},${n}`))

const contacts = Effect.gen(function* () {
  const { targets } = yield* (yield* Sandbox).state
  return new Map(targets.map(({ fields }) => [String(fields["8103"]), fields]))
})
const writes = Effect.gen(function* () {
  const requests = yield* (yield* Sandbox).requests
  return requests.filter(({ method }) => method === "PUT").length
})
const rejectsOf = (id: string, source: Source.Source) =>
  Stream.runCollect(crm.rejects(id, { source }))

describe("Import.run", () => {
  live("upserts every row once, and says that they add up", () =>
    Effect.gen(function* () {
      const report = yield* crm.run({ id: "1", source: many(1_234) })
      assert.deepStrictEqual(report, {
        id: "crm/1",
        end: "complete",
        reason: undefined,
        rows: 1_234,
        done: 1_234,
        rejected: 0,
        crashed: 0,
        unchanged: 0,
        open: 0,
        wasComplete: false,
      })
      const found = yield* contacts
      assert.strictEqual(found.size, 1_234)
      assert.strictEqual(found.get(address(1_233))?.["8106"], 1_233)
      assert.strictEqual(yield* writes, 1_234)
    }))

  live(
    "reports a finished import as finished, and sends nothing again",
    () =>
      Effect.gen(function* () {
        yield* crm.run({ id: "1", source: many(10) })
        const again = yield* crm.run({ id: "1", source: many(10) })
        assert.strictEqual(again.wasComplete, true)
        assert.strictEqual(again.end, "complete")
        assert.strictEqual(yield* writes, 10)
      }),
  )

  live(
    "rejects rows that can't be sent before anything is sent, with line and column",
    () =>
      Effect.gen(function* () {
        const source = csvOf(
          `${address(1)},A,1`,
          "not an address,B,2",
          `${address(3)},C,many`,
          `${address(4)},D`,
          `${address(5)},E,5`,
        )
        const report = yield* crm.run({ id: "1", source })
        assert.deepInclude(report, { end: "complete", rows: 5, done: 2, rejected: 3, open: 0 })
        const rejects = yield* rejectsOf("1", source)
        assert.deepStrictEqual(
          rejects.map(({ column, line, remedy, tag }) => [line, column, tag, remedy]),
          [
            [3, "Email", "InvalidRow", "fix"],
            [4, "Orders", "InvalidRow", "fix"],
            [5, undefined, "InvalidRow", "fix"],
          ],
        )
        assert.deepStrictEqual(rejects[1]?.row, {
          "Email": address(3),
          "Last name": "C",
          "Orders": "many",
        })
      }),
  )

  live(
    "sends nothing when a column has no field, and can begin anew under the same id",
    () =>
      Effect.gen(function* () {
        const source = Source.bytes("Email,Shoe size\na@b.c,42\n")
        const error = yield* Effect.flip(crm.run({ id: "1", source }))
        assert.strictEqual(error._tag, "ImportError")
        assert.include(error.message, "Shoe size")
        assert.strictEqual(yield* writes, 0)
        assert.strictEqual((yield* crm.run({ id: "1", source: many(1) })).end, "complete")
      }),
  )

  live("lets a contact's last row win, wherever its rows stand", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 1_500 }, (_, n) =>
        `${n % 3 === 0 ? "same@example.com" : address(n)},Name ${n},${n}`)
      const report = yield* crm.run({ id: "1", source: csvOf(...rows, "same@example.com,,-1") })
      assert.deepInclude(report, { end: "complete", done: 1_501 })
      const same = [...(yield* contacts)].filter(([email]) =>
        /^same@/i.test(email)
      )
      assert.strictEqual(same.length, 1)
      assert.strictEqual(same[0]?.[1]["8106"], -1)
      // An empty cell keeps what an earlier row has said.
      assert.strictEqual(same[0]?.[1]["8102"], "Name 1497")
    }))

  live(
    "pauses at a refused key, and goes on in a new run once it is accepted",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        yield* sandbox.script({
          on: { operation: "targets.upsert" },
          skip: 30,
          times: Infinity,
          fault: Fault.status(401),
        })
        const paused = yield* crm.run({ id: "1", source: many(1_200) })
        assert.deepInclude(paused, { end: "paused", reason: "Refused", rejected: 0, rows: 1_200 })
        assert.isBelow(yield* writes, 30 + 40)
        assert.strictEqual(paused.done + paused.open, 1_200)
        yield* sandbox.script()
        const targets = (yield* contacts).size
        assert.strictEqual(targets, paused.done)
      }),
  )

  live(
    "goes on where a process was stopped, and sends nothing twice",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const stop = yield* Deferred.make<void>()
        yield* sandbox.ended.pipe(
          Stream.drop(200),
          Stream.take(1),
          Stream.runForEach(() => Deferred.succeed(stop, undefined)),
          Effect.forkChild,
        )
        const source = many(2_000)
        const stopped = yield* crm.run({ id: "1", source, stop: Deferred.await(stop) })
        assert.strictEqual(stopped.end, "stopped")
        assert.isAbove(stopped.open, 0)
        assert.isAbove(stopped.done, 0)
        assert.strictEqual(yield* writes, stopped.done)
        const report = yield* crm.run({ id: "1", source })
        assert.deepInclude(report, { end: "complete", done: 2_000, open: 0 })
        assert.strictEqual(yield* writes, 2_000)
      }),
  )

  live(
    "gives everything back when it is interrupted, and sends nothing twice",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const source = many(1_500)
        const running = yield* Effect.forkChild(crm.run({ id: "1", source }))
        yield* sandbox.ended.pipe(Stream.drop(100), Stream.take(1), Stream.runDrain)
        yield* Fiber.interrupt(running)
        const sent = yield* writes
        assert.isBelow(sent, 1_500)
        const report = yield* crm.run({ id: "1", source })
        assert.deepInclude(report, { end: "complete", done: 1_500 })
        assert.strictEqual(yield* writes, 1_500)
      }),
  )

  live("shares the rows between runs at once, and sends each once", () =>
    Effect.gen(function* () {
      const source = many(3_000)
      const reports = yield* Effect.all(
        [1, 2, 3].map(() => crm.run({ id: "1", source })),
        { concurrency: 3 },
      )
      for (const report of reports) assert.deepInclude(report, { end: "complete", done: 3_000 })
      assert.strictEqual(yield* writes, 3_000)
    }))

  live(
    "rejects a row that NP6 refuses, and one that fails in three runs of its chunk",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        yield* sandbox.script(
          { on: { unicity: address(3) }, times: Infinity, fault: Fault.status(400) },
          { on: { unicity: address(7) }, times: Infinity, fault: Fault.status(500) },
          { on: { unicity: address(8) }, fault: Fault.status(500) },
        )
        const source = many(10)
        const report = yield* crm.run({ id: "1", source })
        assert.deepInclude(report, { end: "complete", done: 8, rejected: 2, open: 0 })
        const rejects = yield* rejectsOf("1", source)
        assert.deepStrictEqual(
          rejects.map(({ line, remedy, status, tag }) => [line, tag, status, remedy]),
          [[5, "BadRequest", 400, "fix"], [9, "ServerError", 500, "retry"]],
        )
        assert.strictEqual(rejects[0]?.row["Email"], address(3))
      }),
    "3 seconds",
  )

  live(
    "refuses another source, mapping or operation under the same id",
    () =>
      Effect.gen(function* () {
        yield* crm.run({ id: "1", source: many(3) })
        const other = yield* Effect.flip(crm.run({ id: "1", source: many(4) }))
        const removal = Import.make("crm", {
          rows: Import.csv(),
          mapping: Import.byFieldName(),
          operation: Import.deleteContacts(),
        })
        const operation = yield* Effect.flip(removal.run({ id: "1", source: many(3) }))
        assert.deepStrictEqual([reason(other), reason(operation)], ["Mismatch", "Mismatch"])
        yield* crm.forget("1")
        assert.strictEqual((yield* crm.run({ id: "1", source: many(4) })).done, 4)
      }),
  )

  live(
    "sends nothing from a source that has changed since it was planned",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        // The middle of a large source: what is looked at when it is opened stays the same.
        const text = "Email,Last name,Orders\n" +
          Array.from({ length: 6_000 }, (_, n) => `${address(n)},Name,${1_000_000 + n}\n`).join("")
        const bytes = new TextEncoder().encode(text)
        const stop = sandbox.ended.pipe(Stream.take(20), Stream.runDrain)
        const stopped = yield* crm.run({ id: "1", source: Source.bytes(bytes), stop })
        assert.strictEqual(stopped.end, "stopped")
        const changed = bytes.slice()
        changed.fill(0x39, bytes.length / 2, bytes.length / 2 + 3)
        const report = yield* crm.run({ id: "1", source: Source.bytes(changed) })
        assert.deepInclude(report, { end: "paused", reason: "SourceChanged" })
      }),
  )

  live(
    "takes contacts out of a segment and deletes them, by what tells them apart alone",
    () =>
      Effect.gen(function* () {
        const source = csvOf(...[1, 2, 3].map((n) => `${address(n)},Name,1`))
        const of = (name: string, operation: Import.ImportOperation) =>
          Import.make(name, { rows: Import.csv(), mapping: Import.byFieldName(), operation })
            .run({ id: "1", source })
        assert.strictEqual((yield* of("in", Import.ensureInSegment(12345))).done, 3)
        const { targets } = yield* (yield* Sandbox).state
        assert.deepStrictEqual(targets.map(({ segments }) => segments), [[12345], [12345], [12345]])
        assert.strictEqual((yield* of("out", Import.removeFromSegment(12345))).done, 3)
        assert.strictEqual((yield* of("gone", Import.deleteContacts())).done, 3)
        assert.strictEqual((yield* contacts).size, 0)
      }),
  )

  live(
    "pauses by hand on all processes, and stays paused until it is resumed",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const source = many(2_000)
        yield* sandbox.ended.pipe(
          Stream.drop(100),
          Stream.take(1),
          Stream.runForEach(() => crm.pause("1")),
          Effect.forkChild,
        )
        const paused = yield* crm.run({ id: "1", source })
        assert.deepInclude(paused, { end: "paused", reason: "Paused" })
        const still = yield* crm.run({ id: "1", source })
        assert.deepInclude(still, { end: "paused", done: paused.done })
        yield* crm.resume("1")
        assert.deepInclude(yield* crm.run({ id: "1", source }), { end: "complete", done: 2_000 })
        assert.strictEqual(yield* writes, 2_000)
      }),
  )

  live("tells where it stands, until it is complete", () =>
    Effect.gen(function* () {
      yield* crm.run({ id: "1", source: many(5) })
      const snapshots = yield* Stream.runCollect(crm.progress("1"))
      assert.deepInclude(snapshots.at(-1), { state: "complete", rows: 5, done: 5, open: 0 })
      assert.deepStrictEqual(yield* crm.ids, ["1"])
      yield* crm.forget("1")
      assert.deepStrictEqual(yield* crm.ids, [])
      const gone = yield* Effect.flip(Stream.runDrain(crm.progress("1")))
      assert.strictEqual(gone.reason, "NoSuchImport")
    }))
})

describe("Import.make: changedOnly", () => {
  const synced = (key: string, refreshAfter?: "0 millis") =>
    Import.make("synced", {
      rows: Import.csv(),
      mapping: Import.byFieldName(),
      operation: Import.upsert(),
      changedOnly: { key: Redacted.make(key), refreshAfter },
    })

  live(
    "sends only contacts that have changed since they were accepted",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const rows = Array.from({ length: 700 }, (_, n) => `${address(n)},Name,${n}`)
        const run = (id: string, more: ReadonlyArray<string> = rows, key = "key") =>
          synced(key).run({ id, source: csvOf(...more) })
        assert.deepInclude(yield* run("1"), { done: 700, unchanged: 0, end: "complete" })
        assert.deepInclude(yield* run("2"), { done: 0, unchanged: 700, end: "complete", open: 0 })
        assert.strictEqual(yield* writes, 700)
        // One has changed, one is new, one stands there twice.
        const next = [
          `${address(0)},Other,0`,
          ...rows.slice(1),
          `new@example.com,New,1`,
          rows[5] ?? "",
        ]
        assert.deepInclude(yield* run("3", next), { done: 3, unchanged: 699 })
        // What stood there twice is sent once more.
        assert.deepInclude(yield* run("4", next.slice(0, -1)), { done: 1, unchanged: 700 })
        // One that fails may have been changed at NP6: its old values are sent, too.
        yield* sandbox.script({
          on: { unicity: address(9) },
          times: Infinity,
          fault: Fault.status(400),
        })
        const failing = next.with(9, `${address(9)},Failing,9`)
        assert.deepInclude(yield* run("5", failing), { done: 1, rejected: 1 })
        assert.deepInclude(yield* run("6", rows), { rejected: 1 })
        // Another key knows nothing.
        assert.deepInclude(yield* run("7", rows, "lost"), { done: 699, rejected: 1, unchanged: 0 })
        yield* synced("key").forgetAll
        assert.deepStrictEqual(yield* synced("key").ids, [])
      }),
  )

  live(
    "sends contacts again once they are old, and asks for a key where there is none",
    () =>
      Effect.gen(function* () {
        const source = many(5)
        yield* synced("key").run({ id: "1", source })
        const refreshed = yield* synced("key", "0 millis").run({ id: "2", source })
        assert.deepInclude(refreshed, { done: 5, unchanged: 0 })
        const keyless = Import.make("keyless", {
          rows: Import.csv(),
          mapping: Import.byFieldName(),
          operation: Import.upsert(),
          changedOnly: {},
        })
        const error = yield* Effect.flip(keyless.run({ id: "1", source }))
        assert.strictEqual(reason(error), "BadOptions")
      }),
  )
})

const reason = (error: { readonly _tag: string }): unknown =>
  "reason" in error ? error.reason : error._tag

describe("Import.layerSqlite", () => {
  it.live.skipIf(!hasSqlite)(
    "keeps no address and no value, failures included",
    () =>
      inTemporaryDirectory((directory) =>
        Effect.gen(function* () {
          const sandbox = yield* Sandbox
          yield* sandbox.script(
            { on: { unicity: "canary.3@example.com" }, times: Infinity, fault: Fault.status(400) },
            { on: { unicity: "canary.4@example.com" }, times: Infinity, fault: Fault.status(500) },
          )
          const rows = Array.from(
            { length: 40 },
            (_, n) => `canary.${n % 30}@example.com,Canary ${n},${n === 9 ? "Canary" : n}`,
          )
          const report = yield* crm.run({ id: "1", source: csvOf(...rows) })
          assert.strictEqual(report.end, "complete")
          assert.isAbove(report.rejected, 2)
          const files = readdirSync(directory)
          assert.include(files, "imports.db")
          for (const name of files) {
            assert.notMatch(readFileSync(join(directory, name), "latin1"), /canary/i)
          }
          assert.strictEqual(statSync(join(directory, "imports.db")).mode & 0o777, 0o600)
        }).pipe(Effect.provide(layerOf(join(directory, "imports.db"), "3 seconds")))
      ),
  )

  it.live.skipIf(!hasSqlite)(
    "says what to do when the database can't be opened",
    () =>
      Effect.gen(function* () {
        const error: ImportError = yield* Effect.flip(
          Effect.scoped(Layer.build(Import.layerSqlite({ filename: "/nowhere/at/all.db" }))),
        )
        assert.strictEqual(error.reason, "Store")
        assert.include(error.message, "/nowhere/at/all.db")
      }),
  )

  it.live.skipIf(hasSqlite)(
    "says which runtimes have SQLite where this one hasn't",
    () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          Effect.scoped(Layer.build(Import.layerSqlite({ filename: ":memory:" }))),
        )
        assert.include(error.message, "Node 22.19")
      }),
  )
})
