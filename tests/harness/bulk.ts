/** Inputs for bulk runs, and their outcomes. */
import type { Bulk } from "@effect-np6/targets"
import { Effect, Exit, Stream } from "effect"
import { inTime } from "./time.ts"

export const emails = (count: number, prefix = "c"): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}@example.com`)

export const upsertOf = (email: string): Bulk.Upsert => ({
  unicity: email,
  values: { 8103: email },
})

export const tags = (
  outcomes: ReadonlyArray<{ readonly _tag: string }>,
): ReadonlyArray<string> => outcomes.map(({ _tag }) => _tag)

/** How many outcomes there are of each tag. */
export const counts = (
  outcomes: ReadonlyArray<{ readonly _tag: string }>,
): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { _tag } of outcomes) counts[_tag] = (counts[_tag] ?? 0) + 1
  return counts
}

/** Runs a stream to its end, while time passes: what came, and how it ended. */
export const collect = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
): Effect.Effect<
  { readonly outcomes: ReadonlyArray<A>; readonly exit: Exit.Exit<void, E> },
  never,
  R
> =>
  Effect.gen(function* () {
    const outcomes: Array<A> = []
    const exit = yield* Effect.exit(
      inTime(Stream.runForEach(stream, (outcome) => Effect.sync(() => outcomes.push(outcome)))),
    )
    return { outcomes, exit }
  })

/** What a stream failed with. */
export const errorOf = <A, E>(exit: Exit.Exit<A, E>): E | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  for (const reason of exit.cause.reasons) if (reason._tag === "Fail") return reason.error
  return undefined
}
