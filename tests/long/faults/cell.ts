/**
 * One cell of the matrix: one call of one operation, struck by one fault, over real sockets, with a
 * proxy, a server, a layer and a clock of its own.
 */
import { Clock, Duration, Effect, Exit, identity, Layer, Schedule } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import process from "node:process"
import { RetryPolicy, Targets } from "../../../mod.ts"
import { Sandbox } from "../../../src/sandbox/Sandbox.ts"
import { VirtualClock } from "./clock.ts"
import { type Elsewhere, type Fault, refusing, type Runtime } from "./faults.ts"
import { endedOf, told } from "./ended.ts"
import { type Failure, healthy, type Operation, seed } from "./operations.ts"
import { Proxy, turns } from "./proxy.ts"
import * as Rules from "./rules.ts"

export interface Cell extends Rules.Circumstances {
  readonly operation: Operation
  readonly fault: Fault
}

/** What a cell came to, and where that isn't what it must. */
export interface Result {
  readonly cell: Cell
  readonly observed: Rules.Expected
  readonly problems: ReadonlyArray<string>
}

const versions: Readonly<Record<string, string | undefined>> = process.versions

/** The runtime that the matrix runs on. */
export const runtime: Runtime = versions.deno === undefined ? "Node" : "Deno"

/** How long anything real may take before it counts as endless. */
const watchdog = "30 seconds"

/** Waits until it is true, in real time. */
const eventually = (isTrue: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!isTrue()) yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
  })

/** What a layer's policy does between two attempts: no jitter, no wait of its own, no budget. */
const policyOf = (
  { operation }: Cell,
  between: Effect.Effect<void>,
): RetryPolicy.RetryPolicy =>
  RetryPolicy.make({
    schedule: Schedule.tap(Schedule.forever, () => between),
    retries: Rules.retries,
    maxRetryAfter: Duration.seconds(Rules.patience),
    budget: "unlimited",
    replayCreate: operation.replays,
  })

type Came = Pick<Rules.Expected, "outcome" | "applied" | "attempts" | "status" | "retryAfter">

const nothing: Came = {
  outcome: "nothing",
  applied: undefined,
  attempts: 0,
  status: undefined,
  retryAfter: undefined,
}

const cameOf = (
  exit: Exit.Exit<{ readonly attempts: number; readonly status: number }, Failure>,
): Came => {
  const { error, outcome, value } = endedOf(exit)
  return {
    outcome,
    applied: error?.applied,
    attempts: value?.attempts ?? error?.attempts ?? 0,
    status: value?.status ?? error?.status,
    retryAfter: error !== undefined && "retryAfter" in error
      ? seconds(error.retryAfter)
      : undefined,
  }
}

const seconds = (duration: Duration.Duration): number => Duration.toMillis(duration) / 1_000

const exact = [
  "outcome",
  "applied",
  "attempts",
  "status",
  "retryAfter",
  "requests",
  "isDone",
] as const

const differences = (
  expected: Rules.Expected,
  observed: Rules.Expected,
): ReadonlyArray<string> => [
  ...exact.filter((key) => expected[key] !== observed[key])
    .map((key) => `${key} is ${observed[key]} instead of ${expected[key]}`),
  ...observed.waited < expected.waited
    ? [`waited ${observed.waited} s instead of ${expected.waited}`]
    : [],
  ...observed.atMost > expected.atMost
    ? [`took ${observed.atMost} s instead of ${expected.atMost}`]
    : [],
]

const unfinished: Rules.Expected = { ...nothing, requests: 0, isDone: false, waited: 0, atMost: 0 }

/** Runs a cell. */
export const run = (cell: Cell, elsewhere: Elsewhere): Effect.Effect<Result> =>
  exchange(cell, elsewhere).pipe(
    Effect.timeoutOption(watchdog),
    Effect.map((result) =>
      result._tag === "Some" ? result.value : {
        cell,
        observed: unfinished,
        problems: [`it isn't over after ${watchdog}, or a socket of it isn't closed`],
      }
    ),
    Effect.scoped,
    Effect.provide(Layer.orDie(Sandbox.layerWith(seed))),
    Effect.orDie,
  )

const exchange = Effect.fnUntraced(function* (cell: Cell, elsewhere: Elsewhere) {
  const { fault, operation } = cell
  const sandbox = yield* Sandbox
  const { port } = yield* Sandbox.serve()
  const clock = new VirtualClock()
  let heads = 0
  const proxy = new Proxy(port, {
    clock,
    heads: () => heads,
    isStreaming: operation.reads === "list" || operation.reads === "stream",
  })
  yield* Effect.promise(() => proxy.open())
  yield* Effect.addFinalizer(() => Effect.promise(() => proxy.close()))
  const open = Effect.promise(() => proxy.isOpen ? Promise.resolve() : proxy.open())

  const counting: typeof fetch = async (...request) => {
    const response = await fetch(...request)
    heads++
    return response
  }
  const between = cell.strikes === "always"
    ? clock.waitIsNext
    : Effect.andThen(open, clock.waitIsNext)
  const layer = Targets.layerFetch({
    apiKey: sandbox.keys.full,
    baseUrl: fault.act === "unresolved" ? "https://np6.invalid" : proxy.url,
    timeout: Duration.seconds(fault.timeout ?? Rules.timeout),
    retry: policyOf(cell, between),
    ...cell.client === "wrapped" ? { transformClient: HttpClient.tap(() => Effect.void) } : {},
  })
  const isUsed = Rules.goesOverUsed(runtime, operation, cell)
  const problems: Array<string> = []
  const expected = Rules.expect(runtime, operation, fault, cell)

  const observed = yield* Effect.gen(function* () {
    const { withResponse } = yield* Targets
    if (cell.connection === "used") {
      yield* Effect.orDie(healthy(withResponse))
      yield* Effect.promise(turns)
    }
    const before = told((yield* sandbox.state).targets)
    const requestsBefore = proxy.requests
    if (fault.act === "refused") yield* Effect.promise(() => proxy.leave())
    proxy.strike(
      typeof fault.act === "function" ? fault.act(elsewhere) : undefined,
      typeof fault.act !== "function" ? 0 : cell.strikes === "always" ? Infinity : 1,
      cell.strikes === "once, then 403" ? refusing : undefined,
    )
    const start = clock.now
    const came = cameOf(yield* Effect.exit(operation.run(withResponse)))
    const took = (clock.now - start) / 1_000
    yield* eventually(() => proxy.busy === 0)

    const { targets } = yield* sandbox.state
    const isDone = operation.isDone(targets)
    const isUntouched = told(targets) === before
    if (!isDone && !isUntouched) problems.push(`NP6 holds ${told(targets)}`)
    if (came.applied === "no" && !isUntouched) problems.push("it was applied all the same")
    if (typeof fault.act === "function" && proxy.struckUsed !== isUsed) {
      problems.push(`its connection was ${proxy.struckUsed ? "used" : "fresh"}`)
    }
    const observed: Rules.Expected = {
      ...came,
      requests: proxy.requests - requestsBefore,
      isDone,
      waited: took,
      atMost: took,
    }

    proxy.strike(undefined, 0)
    yield* Effect.andThen(open, Effect.promise(turns))
    const next = fault.act === "unresolved" || fault.isTimed ||
      Exit.isSuccess(yield* Effect.exit(healthy(withResponse)))
    if (!next) problems.push("the next call fails")
    return observed
  }).pipe(
    Effect.provide(layer),
    Effect.provideService(FetchHttpClient.Fetch, counting),
    fault.isTimed ? identity : Effect.provideService(Clock.Clock, clock.service),
  )

  yield* eventually(() => proxy.busy === 0)
  // One is kept for the next call, and another where an attempt came before the last had let go.
  if (proxy.connections > 2) problems.push(`${proxy.connections} connections are kept`)
  return { cell, observed, problems: [...differences(expected, observed), ...problems] }
})
