import { describe, it } from "@effect/vitest"
import { Bulk, Progress, RetryPolicy, type Targets } from "@effect-np6/targets"
import { Effect, Redacted, Stream } from "effect"
import { inspect } from "node:util"
import { recording } from "../../harness/recording.ts"
import { canaries } from "../../harness/leaks/canaries.ts"
import { situations } from "../../harness/leaks/situations.ts"
import { walk } from "../../harness/leaks/views.ts"
import { assertClean, assertNothingLeaks, watch } from "../../harness/leaks/watch.ts"

const { address, key, name, phone, words } = canaries
const all = Object.values(canaries)
const values = { 8101: name, 8102: words, 8103: address, 8104: phone }
const inputs = Stream.fromIterable([address, `${address}\n`, `${name} `, { [address]: name }])

type Outcomes = Stream.Stream<
  { readonly _tag: string; readonly error?: unknown },
  unknown,
  Targets
>

// What isn't text is against the types, as it is in a program without any.
const text = (input: unknown): string => input as string
const id = (input: unknown): string => input === address ? "000MLGPR" : text(input)
const written = (input: unknown) => ({ unicity: text(input), values })
const updated = (input: unknown) => ({ id: id(input), values })

interface Operator {
  readonly run: (progress: Progress.Progress) => Outcomes
  /** The canaries that reach the server. */
  readonly sent: ReadonlyArray<string>
}

const operators: { readonly [name: string]: Operator } = {
  upsert: {
    run: (progress) => inputs.pipe(Bulk.upsert(written, { progress })),
    sent: all,
  },
  create: {
    run: (progress) => inputs.pipe(Bulk.create(() => values, { progress })),
    sent: all,
  },
  update: {
    run: (progress) => inputs.pipe(Bulk.update(updated, { progress })),
    sent: all,
  },
  addToSegment: {
    run: (progress) => inputs.pipe(Bulk.addToSegment(1, id, { progress })),
    sent: [key],
  },
  removeFromSegment: {
    run: (progress) => inputs.pipe(Bulk.removeFromSegment(1, id, { progress })),
    sent: [key],
  },
  ensureInSegment: {
    run: (progress) => inputs.pipe(Bulk.ensureInSegment(1, written, { progress })),
    sent: all,
  },
  delete: {
    run: (progress) => inputs.pipe(Bulk.delete("unicity", text, { progress })),
    sent: [key, address],
  },
}

// The input of a failed outcome is the caller's own; only its error is looked at.
const errorsOf = (outcomes: Outcomes): Effect.Effect<void, unknown, Targets> =>
  Stream.runForEach(
    outcomes,
    (outcome) =>
      outcome._tag === "Failed"
        ? Effect.ignore(Effect.withSpan(Effect.fail(outcome.error), "failed"))
        : Effect.void,
  )

describe("nothing leaks from the errors of a bulk run:", () => {
  const some = situations.filter(({ name }) =>
    /^(?:401|429|500|400.* as text|no.* text)/.test(name)
  )
  for (const [operator, { run, sent }] of Object.entries(operators)) {
    it.effect(operator, () =>
      Effect.forEach(some, ({ answer }) => {
        const { layer } = recording([() => answer(sent)], {
          apiKey: Redacted.make(key),
          retry: RetryPolicy.none,
        })
        return Effect.gen(function* () {
          const progress = yield* Progress.make()
          assertNothingLeaks(yield* watch(Effect.provide(errorsOf(run(progress)), layer)))
          assertClean([inspect(progress), walk(progress), inspect(yield* progress.now)])
        })
      }, { discard: true }))
  }
})
