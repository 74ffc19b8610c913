import { Bulk, Progress, TargetModel, Targets } from "@effect-np6/targets"
import { Rows, Source } from "@effect-np6/targets/import"
import { Effect, Stream } from "effect"
import { appendFile, writeFile } from "node:fs/promises"
import process from "node:process"

// The file's columns by their headers, and the account's fields by their ids.
const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  title: TargetModel.choice(8101, ["Mr", "Mrs"]),
  name: TargetModel.text(8102),
}, { unicity: "email" })

const toContact = (columns: ReadonlyArray<string>) => ({ cells, problem }: Rows.Row) =>
  Effect.gen(function* () {
    if (problem !== undefined) return yield* Effect.fail(problem)
    const row = columns.map((column, at) => [column, String(cells[at] ?? "")])
    return yield* Effect.fromResult(Contact.fromText(Object.fromEntries(row)))
  })

const writing = (write: () => Promise<void>) =>
  Effect.tryPromise({ try: write, catch: (cause) => new Error(`No rejects: ${cause}`) })

const nightlySync = (path: string, segment: number, rejects: string) =>
  Effect.gen(function* () {
    const source = yield* Source.file(path)
    const layout = yield* Rows.inspect(source, Rows.csv())
    yield* Effect.log(`${path}: ${layout.encoding}, "${layout.delimiter}" between cells`)
    yield* writing(() => writeFile(rejects, ""))
    const progress = yield* Progress.make()
    yield* progress.every("10 seconds").pipe(
      Stream.runForEach((snapshot) => Effect.log(Progress.format(snapshot))),
      Effect.forkScoped,
    )
    yield* Rows.stream(source, layout).pipe(
      Bulk.of(Contact).ensureInSegment(segment, toContact(layout.columns), {
        progress,
        ordered: false,
        stop: interrupted,
      }),
      Stream.filter((outcome) => outcome._tag !== "Done"),
      // The line and the reason: neither has a value of the row.
      Stream.map(({ input: { line }, ...outcome }) => JSON.stringify({ line, ...outcome })),
      Stream.runForEach((reject) => writing(() => appendFile(rejects, `${reject}\n`))),
    )
    return yield* progress.now
  }).pipe(Effect.scoped)

// Ctrl-C ends the run gently: requests under way are waited for.
const interrupted = Effect.callback<void>((resume) => {
  const stop = () => resume(Effect.void)
  process.once("SIGINT", stop).once("SIGTERM", stop)
  return Effect.sync(() => process.off("SIGINT", stop).off("SIGTERM", stop))
})

const [path = "contacts.csv", rejects = "rejects.ndjson"] = process.argv.slice(2)

Effect.runPromise(
  nightlySync(path, 12345, rejects).pipe(
    Effect.flatMap(({ failed, notTried }) =>
      failed + notTried === 0
        ? Effect.void
        : Effect.fail(new Error(`${failed} rows failed, ${notTried} weren't tried: see ${rejects}`))
    ),
    Effect.provide(Targets.layerFetchConfig()),
    Effect.catch((error) =>
      Effect.andThen(Effect.logError(error.message), Effect.sync(() => process.exitCode = 1))
    ),
  ),
)
