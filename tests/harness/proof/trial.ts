/**
 * One bulk run against an NP6 that fails at random, and all there is to know of it afterwards.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { Entry } from "../../../src/bulk/entry.ts"
import { CurrentBulkCall } from "../../../src/client/bulkCall.ts"
import { defaultSeed, Sandbox, type SandboxSeed } from "../../../src/sandbox/Sandbox.ts"
import type { SandboxRequest, SandboxState } from "../../../src/sandbox/SandboxService.ts"
import type { Targets } from "../../../src/targets/Targets.ts"
import { addressField, type Contact, idAt } from "./secondNp6.ts"
import { type Input, type Operator, type Outcome, segment } from "./operators.ts"

/** What is run. */
export interface Trial {
  readonly operator: Operator
  readonly inputs: number
  readonly seed: number
  readonly concurrency: number
  readonly ordered: boolean
  /** After how many outcomes the run is interrupted; never when left out. */
  readonly interruptAfter?: number | undefined
  /** How long to wait for requests that should not come any more. */
  readonly quiet: Duration.Input
  readonly wire: Wire
}

/** What happens to requests on their way: each arrives once; or some don't, on a real network. */
export type Wire = "exact" | "lossy"

/** What is known of a run. */
export interface Evidence {
  readonly operator: Operator
  readonly wire: Wire
  readonly start: ReadonlyArray<Omit<Contact, "id">>
  readonly inputs: ReadonlyArray<Input>
  /** The inputs of each call, by the call's span, which its requests name in their `traceparent`. */
  readonly calls: ReadonlyMap<string, ReadonlyArray<Input>>
  /** Those that were handed on, and those that the end of the run left over. */
  readonly outcomes: ReadonlyArray<Outcome>
  readonly ended: "whole" | "interrupted" | "refused"
  readonly log: ReadonlyArray<SandboxRequest>
  readonly state: SandboxState
  /** Requests that came when the run was over. */
  readonly late: number
}

const addressOf = (person: number): string => `person.${person}+np6@example.com`

/** The targets that are there at first: some in the segment, some with a name that must stay. */
export const startOf = (inputs: number): ReadonlyArray<Omit<Contact, "id">> =>
  Array.from({ length: Math.ceil(inputs / 3) }, (_, person) => ({
    fields: { [addressField]: addressOf(person), ...(person % 5 === 0 ? { 8102: "Kept" } : {}) },
    segments: person % 3 === 0 ? [12346, segment] : person % 3 === 1 ? [12346] : [],
  }))

/** The account that has them. */
export const seedOf = (inputs: number): SandboxSeed => ({
  ...defaultSeed,
  targets: startOf(inputs).map(({ fields, segments }) => ({
    fields: Object.fromEntries(
      Object.entries(fields).flatMap(([field, value]) => value === null ? [] : [[field, value]]),
    ),
    segments,
  })),
})

/**
 * Inputs for fewer people than there are inputs, so that many come twice or more; a third of them is
 * unknown at first, and one input in fifty can't be sent.
 */
export const inputsOf = ({ inputs, seed }: Trial): Effect.Effect<ReadonlyArray<Input>> =>
  Effect.forEach(Array.from({ length: inputs }, (_, n) => n), (n) =>
    Effect.gen(function* () {
      if ((yield* Random.next) < 0.02) return { n, address: "", id: "" }
      const person = Math.floor((yield* Random.next) * inputs / 2)
      return { n, address: addressOf(person), id: idAt(person) }
    })).pipe(Random.withSeed(String(seed)))

/**
 * Tells the calls of a run apart: each has a span, and belongs to the input that its fiber runs for.
 * (What a chunk is for, its body says.)
 */
const watch = (inputs: ReadonlyArray<Input>) => {
  const calls = new Map<string, ReadonlyArray<Input>>()
  const tracer = Tracer.make({
    span: (options) => {
      const span = Tracer.nativeTracer.span(options)
      const entry = Fiber.getCurrent()?.getRef(CurrentBulkCall)
      const unit = entry instanceof Entry ? entry.unit : undefined
      const input = inputs.find((input) => input === unit)
      if (input !== undefined) calls.set(span.spanId, [input])
      return span
    },
  })
  return { calls, tracer }
}

/** Runs it, and gathers the evidence. */
export const gather = (trial: Trial): Effect.Effect<Evidence, never, Sandbox | Targets> =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const inputs = yield* inputsOf(trial)
    const outcomes: Array<Outcome> = []
    const enough = yield* Deferred.make<void>()
    const { calls, tracer } = watch(inputs)
    const run = Stream.fromIterable(inputs).pipe(
      // Small chunks: what the source never gave must not have been sent either.
      Stream.rechunk(8 * trial.operator.unit),
      trial.operator.run({
        concurrency: trial.concurrency,
        ordered: trial.ordered,
        onUnfinished: (unfinished) => Effect.sync(() => outcomes.push(...unfinished)),
      }),
      Stream.runForEach((outcome) =>
        Effect.suspend(() => {
          outcomes.push(outcome)
          // Busy with this one, the consumer never asks for the rest: it must not get lost.
          return outcomes.length === trial.interruptAfter
            ? Effect.andThen(Deferred.succeed(enough, undefined), Effect.never)
            : Effect.void
        })
      ),
    )
    const fiber = yield* Effect.forkChild(Effect.withTracer(run, tracer))
    if (trial.interruptAfter !== undefined) {
      yield* Effect.raceFirst(Deferred.await(enough), Effect.exit(Fiber.join(fiber)))
      yield* Fiber.interrupt(fiber)
    }
    const exit = yield* Fiber.await(fiber)
    // What was on its way when the run ended still arrives.
    if (trial.wire !== "exact") yield* Effect.sleep(trial.quiet)
    const atTheEnd = (yield* sandbox.requests).length
    yield* Effect.sleep(trial.quiet)
    const log = yield* sandbox.requests
    return {
      operator: trial.operator,
      wire: trial.wire,
      start: startOf(trial.inputs),
      inputs,
      calls,
      outcomes,
      ended: Exit.isSuccess(exit) ? "whole" : Exit.hasInterrupts(exit) ? "interrupted" : "refused",
      log,
      state: yield* sandbox.state,
      late: log.length - atTheEnd,
    }
  })
