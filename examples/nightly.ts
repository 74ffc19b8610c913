import { Bulk, Progress } from "@effect-np6/targets"
import { Effect, Schema, Stream } from "effect"
import { Csv } from "effect/encoding"
import { createReadStream } from "node:fs"
import { appendFile } from "node:fs/promises"

const Contact = Schema.Struct({ email: Schema.String, title: Schema.String, name: Schema.String })

const contacts = (path: string) =>
  Stream.suspend(() =>
    Stream.fromAsyncIterable(createReadStream(path), (cause) => new Error(`${path}: ${cause}`))
  ).pipe(
    Stream.pipeThroughChannelOrFail(
      Csv.decodeSchema(Contact)<Error>({ headers: true, ignoreEmptyLines: true }),
    ),
  )

export const nightlySync = (path: string, segment: number, rejects: string) =>
  Effect.gen(function* () {
    const reject = (outcome: unknown) =>
      Effect.promise(() => appendFile(rejects, `${JSON.stringify(outcome)}\n`))
    const progress = yield* Progress.make()
    yield* progress.every("10 seconds").pipe(
      Stream.runForEach((snapshot) => Effect.log(Progress.format(snapshot))),
      Effect.forkChild,
    )
    yield* contacts(path).pipe(
      Bulk.ensureInSegment(segment, ({ email, title, name }) => ({
        unicity: email,
        values: { 8101: title, 8102: name, 8103: email },
      }), {
        progress,
        ordered: false,
        // What was under way, when the run is interrupted.
        onUnfinished: (outcomes) => Effect.forEach(outcomes, reject, { discard: true }),
      }),
      Stream.filter((outcome) => outcome._tag !== "Done"),
      Stream.runForEach(reject),
    )
    return yield* progress.now
  })
