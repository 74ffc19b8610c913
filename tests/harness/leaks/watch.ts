/** Running an effect and looking at all that can be seen of it from outside. */
import { assert } from "@effect/vitest"
import { Cause, Console, Effect, Exit, Logger, References, Tracer } from "effect"
import { inspect } from "node:util"
import { inTime } from "../time.ts"
import { recordingTracer } from "../tracer.ts"
import { leakIn } from "./canaries.ts"
import { allViews, loggers, memory, walk } from "./views.ts"

/** Everything that was written down while an effect ran. */
export interface Seen {
  readonly exit: Exit.Exit<unknown, unknown>
  /** Of its spans, and of what was logged, whatever the logger. */
  readonly traces: ReadonlyArray<string>
}

/** Runs an effect to its end, with every logger at every level, and a tracer that keeps its spans. */
export const watch = (effect: Effect.Effect<unknown, unknown>): Effect.Effect<Seen> =>
  Effect.gen(function* () {
    const { spans, tracer } = recordingTracer()
    const { console, text } = memory()
    const exit = yield* Effect.exit(inTime(effect)).pipe(
      Effect.withSpan("caller"),
      Effect.provideService(Tracer.Tracer, tracer),
      Effect.provide(Logger.layer([...Object.values(loggers), Logger.tracerLogger])),
      Effect.provideService(Console.Console, console),
      Effect.provideService(References.MinimumLogLevel, "All"),
    )
    return { exit, traces: [text(), ...spans.flatMap((span) => viewsOfSpan(exit, span))] }
  })

const viewsOfSpan = (
  exit: Exit.Exit<unknown, unknown>,
  span: Tracer.Span,
): ReadonlyArray<string> => {
  const { name, attributes, links, status, annotations } = span
  const events = "events" in span ? span.events : []
  const exported = { name, attributes, links, events, annotations }
  return [
    inspect(exported, { depth: Infinity, showHidden: true }),
    walk(exported),
    // What a call returned is the caller's, and no exporter asks for it.
    ...(status._tag === "Ended" && Exit.isFailure(status.exit) && !isSame(status.exit, exit)
      ? viewsOf(status.exit.cause)
      : []),
  ]
}

// A span that ends as the whole does shows nothing else.
const isSame = (a: Exit.Exit<unknown, unknown>, b: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(a) && Exit.isFailure(b) && Cause.squash(a.cause) === Cause.squash(b.cause)

const viewsOf = (cause: Cause.Cause<unknown>): ReadonlyArray<string> =>
  allViews.map(({ see }) => see(cause))

// Stacks and sentences come again and again.
const clean = new Set<string>()

/** Fails when a canary is in one of the texts. */
export const assertClean = (texts: ReadonlyArray<string>): void => {
  for (const text of texts) {
    for (const line of text.split("\n")) {
      if (clean.has(line)) continue
      assert.isUndefined(leakIn(line))
      clean.add(line)
    }
  }
}

/** Fails when a canary is in what can be seen of a run, or when the run ended with a defect. */
export const assertNothingLeaks = ({ exit, traces }: Seen): void => {
  assertClean(traces)
  if (Exit.isSuccess(exit)) return
  assert.isFalse(Cause.hasDies(exit.cause), `a defect: ${Cause.pretty(exit.cause)}`)
  assertClean(viewsOf(exit.cause))
}
