/**
 * One round of everything that a program does with this library.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Bulk from "../../../src/bulk/Bulk.ts"
import * as RateLimit from "../../../src/client/RateLimit.ts"
import * as RetryPolicy from "../../../src/client/RetryPolicy.ts"
import { Targets } from "../../../src/targets/Targets.ts"

const addresses = Array.from({ length: 120 }, (_, n) => `soak.${n}@example.com`)
const people = Stream.fromIterable(addresses)
const segment = 12345
const upsert = (address: string) => ({ unicity: address, values: { 8103: address } })

const ids = Targets.use((targets) => Stream.runCollect(targets.stream)).pipe(
  Effect.map((listed) => listed.map(({ id }) => String(id))),
  // The list fails at times, as everything does here.
  Effect.orElseSucceed((): ReadonlyArray<string> => []),
)

const round = Effect.gen(function* () {
  yield* Stream.runDrain(people.pipe(Bulk.ensureInSegment(segment, upsert, { ordered: false })))
  const known = Stream.fromIterable(yield* ids)
  yield* Stream.runDrain(known.pipe(
    Bulk.update((id) => ({ id, values: { 8102: "Doe" } }), { ordered: false }),
  ))
  yield* Stream.runDrain(known.pipe(Bulk.removeFromSegment(segment, (id) => id)))
  yield* Stream.runDrain(known.pipe(Bulk.addToSegment(12346, (id) => id)))
  // Given up in the middle: by who reads a list, and by who waits for a run.
  yield* Effect.ignore(Targets.use((targets) => Stream.runDrain(Stream.take(targets.stream, 3))))
  yield* Effect.timeoutOption(
    Stream.runDrain(people.pipe(Bulk.create((address) => ({ 8103: address })))),
    "20 millis",
  )
  yield* Stream.runDrain(people.pipe(
    Bulk.delete("unicity", (address) => address, { chunkSize: 50 }),
  ))
})

/** The round against a server, with a layer of its own that is closed at its end. */
export const traffic = (url: string): Effect.Effect<void, unknown> =>
  round.pipe(
    Effect.provide(Targets.layerFetch({
      apiKey: Redacted.make("sandbox-full-key"),
      baseUrl: url,
      timeout: "250 millis",
      // A limit would be learned from the 429s that come at random, and slow the traffic down.
      rateLimit: RateLimit.none,
      retry: RetryPolicy.make({
        ...RetryPolicy.standard,
        schedule: Schedule.exponential("10 millis"),
      }),
    })),
  )

/** Deletes what failures have left; the rest of a few tries is a failure of its own. */
export const tidy = (url: string): Effect.Effect<void, unknown> =>
  Stream.runDrain(people.pipe(Bulk.delete("unicity", (address) => address))).pipe(
    Effect.repeat({ times: 4 }),
    Effect.provide(Targets.layerFetch({ apiKey: Redacted.make("sandbox-full-key"), baseUrl: url })),
    Effect.asVoid,
  )
