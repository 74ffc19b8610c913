import { Bulk, Progress } from "@effect-np6/targets"
import { Effect, Schema, Stream } from "effect"
import { Csv } from "effect/encoding"
import { createReadStream } from "node:fs"
import { appendFile } from "node:fs/promises"

const Contact = Schema.Struct({ email: Schema.String, title: Schema.String, name: Schema.String })

const contacts = (path: string) =>
  Stream.fromAsyncIterable(createReadStream(path), (cause) => new Error(`${path}: ${cause}`)).pipe(
    Stream.pipeThroughChannelOrFail(Csv.decodeSchema(Contact)<Error>({ headers: true })),
  )

export const nightlySync = (path: string, segment: number, rejects: string) =>
  Effect.gen(function* () {
    const progress = yield* Progress.make()
    yield* Effect.forkChild(Stream.runForEach(progress.every("10 seconds"), Effect.log))
    yield* contacts(path).pipe(
      Bulk.ensureInSegment(segment, ({ email, title, name }) => ({
        unicity: email,
        values: { 8101: title, 8102: name, 8103: email },
      }), { progress, ordered: false }),
      Stream.filter((outcome) => outcome._tag !== "Done"),
      Stream.runForEach((reject) =>
        Effect.promise(() => appendFile(rejects, `${JSON.stringify(reject)}\n`))
      ),
    )
    return yield* progress.now
  })
