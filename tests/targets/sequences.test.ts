import { assert, describe, it } from "@effect/vitest"
import { Np6, RateLimit, RetryPolicy, Targets } from "@effect-np6/targets"
import { defaultSeed, type Fault, Sandbox } from "@effect-np6/targets/sandbox"
import type { SandboxTarget } from "../../src/sandbox/SandboxService.ts"
import { Effect, Layer, ManagedRuntime, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { type Kind, kinds, withFaults } from "../harness/proof/randomFaults.ts"
import { type Ask, type Contact, idAt, Np6 as SecondNp6 } from "../harness/proof/secondNp6.ts"
import { type End, promise } from "../harness/expectedCalls.ts"
import { inTime } from "../harness/time.ts"

interface Step {
  readonly ask: Ask
  /** What the requests of the call meet, one after the other. */
  readonly faults: ReadonlyArray<Kind>
  readonly isStreamed: boolean
  readonly replaysCreate: boolean
}

// Few of each, so that calls get in each other's way.
const addresses = fc.constantFrom("a@b.c", "d+e&f@g.h", "é😀@i.j")
const ids = fc.nat(3).map(idAt)
const segments = fc.constantFrom(12345, 12346, 14105, 99)
const few = <A>(arbitrary: fc.Arbitrary<A>) => fc.array(arbitrary, { minLength: 1, maxLength: 3 })
const fields = fc.record({
  8101: fc.constantFrom("Mr", "mrs", "Dr", null),
  8102: fc.constantFrom("Doe", "", null),
  8103: fc.oneof(addresses, fc.constant(null)),
  8106: fc.constantFrom(0, -1.5, "many"),
  8199: fc.constant("no such field"),
}, { requiredKeys: [] })
// As most callers write, so that most calls do something.
const values = fc.oneof(
  { weight: 3, arbitrary: fc.record({ 8102: fc.constantFrom("Doe", "Roe"), 8106: fc.nat(9) }) },
  { weight: 1, arbitrary: fields },
)
const named = fc.tuple(addresses, values).map(([address, values]) => ({ 8103: address, ...values }))
const selected = fc.oneof(
  fc.record({ type: fc.constant("id" as const), value: few(ids) }),
  fc.record({ type: fc.constant("unicity" as const), value: few(addresses) }),
  fc.record({ type: fc.constant("segment" as const), value: segments }),
)
const one = <const O extends string>(operation: O) => fc.constant(operation)

const ask: fc.Arbitrary<Ask> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ operation: one("targets.create"), values: named }) },
  {
    weight: 3,
    arbitrary: fc.tuple(addresses, values).map(([address, values]) => ({
      operation: "targets.upsert" as const,
      address,
      values: { ...values, 8103: address },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ operation: one("targets.upsert"), address: addresses, values }),
  },
  { weight: 2, arbitrary: fc.record({ operation: one("targets.update"), id: ids, values }) },
  {
    weight: 4,
    arbitrary: fc.record({
      operation: fc.constantFrom(
        "targets.addToSegment" as const,
        "targets.removeFromSegment" as const,
      ),
      id: ids,
      segment: segments,
    }),
  },
  { weight: 1, arbitrary: fc.record({ operation: one("targets.list") }) },
  {
    weight: 1,
    arbitrary: fc.record({ operation: one("targets.getByUnicity"), address: addresses }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      operation: fc.constantFrom("targets.get" as const, "targets.delete" as const),
      id: ids,
    }),
  },
  { weight: 1, arbitrary: fc.record({ operation: one("targets.deleteMany"), selected }) },
)

/** Two who are there at first. */
const start = [
  { fields: { 8103: "a@b.c" }, segments: [12345] },
  { fields: { 8102: "Doe", 8103: "d+e&f@g.h" }, segments: [] },
]

const allKinds = kinds(1)
const isKind = (name: string): name is Kind => Object.hasOwn(allKinds, name)
const kind = fc.constantFrom(...Object.keys(allKinds).filter(isKind))

const step: fc.Arbitrary<Step> = fc.record({
  ask,
  faults: fc.oneof(
    fc.constant<ReadonlyArray<Kind>>([]),
    fc.array(kind, { minLength: 1, maxLength: 3 }),
  ),
  isStreamed: fc.boolean(),
  replaysCreate: fc.boolean(),
})

const call = (
  targets: Targets["Service"],
  { ask, isStreamed }: Step,
): Effect.Effect<unknown, Failure> => {
  switch (ask.operation) {
    case "targets.list":
      return isStreamed ? Stream.runCollect(targets.stream) : targets.list
    case "targets.get":
      return targets.get(ask.id)
    case "targets.getByUnicity":
      return targets.getByUnicity(ask.address)
    case "targets.upsert":
      return targets.upsert(ask.address, ask.values)
    case "targets.create":
      return targets.create(ask.values)
    case "targets.update":
      return targets.update(ask.id, ask.values)
    case "targets.addToSegment":
      return targets.addToSegment(ask.id, ask.segment)
    case "targets.removeFromSegment":
      return targets.removeFromSegment(ask.id, ask.segment)
    case "targets.delete":
      return targets.delete(ask.id)
    case "targets.deleteMany":
      return targets.deleteMany(ask.selected)
  }
}

interface Failure {
  readonly _tag: string
  readonly reason?: string
  readonly applied: "no" | "unknown"
  readonly attempts: number
}

/** A value as far as the plain model has it: no dates, no hash, nothing of bounces. */
const bare = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== "object" || value === null) return value
  return "fields" in value && "id" in value ? { id: value.id, fields: value.fields } : value
}

const endOf = (result: Result.Result<unknown, Failure>): End => {
  if (Result.isSuccess(result)) return { value: bare(result.success) }
  const { _tag: tag, applied, attempts, reason } = result.failure
  return { tag, ...(reason === undefined ? {} : { reason }), applied, attempts }
}

const seen = (target: Contact | SandboxTarget): unknown => ({
  id: target.id,
  fields: { ...target.fields },
  segments: [...target.segments],
})

/** JSON of it: what a model and a decoder write in another order is the same. */
const same = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? "null")

const patient = RetryPolicy.make({ budget: "unlimited" })

/** A client and a server, the faults that its requests meet, and what the plain model makes of it. */
interface World {
  readonly faults: Array<Fault.Fault>
  readonly run: <A>(effect: Effect.Effect<A, never, Targets | Sandbox>) => Promise<A>
}

const makeWorld = (): World & { readonly end: () => Promise<void> } => {
  const faults: Array<Fault.Fault> = []
  const sandbox = Layer.effect(
    Sandbox,
    Effect.map(Sandbox, (plain) => withFaults(plain, () => faults.shift())),
  ).pipe(Layer.provide(Sandbox.layerWith({ ...defaultSeed, targets: start })))
  const client = Layer.unwrap(
    Sandbox.useSync(({ keys, url }) =>
      Layer.provide(
        Targets.layer,
        Np6.layer({ apiKey: keys.full, baseUrl: url, rateLimit: RateLimit.none }),
      )
    ),
  ).pipe(Layer.provide(Sandbox.layerClient), Layer.provideMerge(sandbox), Layer.orDie)
  const runtime = ManagedRuntime.make(Layer.provideMerge(client, TestClock.layer()))
  return {
    faults,
    run: (effect) => runtime.runPromise(inTime(effect)),
    end: () => runtime.dispose(),
  }
}

const perform = Effect.fnUntraced(function* (step: Step, account: SecondNp6) {
  const targets = yield* Targets
  const policy = step.replaysCreate ? RetryPolicy.make({ ...patient, replayCreate: true }) : patient
  const result = yield* Effect.result(Np6.withRetryPolicy(policy)(call(targets, step)))
  assert.deepStrictEqual(
    same(endOf(result)),
    same(promise(step.ask, account, step.faults, step)),
  )
  const state = yield* Sandbox.use((sandbox) => sandbox.state)
  assert.deepStrictEqual(state.targets.map(seen), Array.from(account.contacts.values(), seen))
})

const commandOf = (step: Step): fc.AsyncCommand<SecondNp6, World> => ({
  check: () => true,
  run: (account, { faults, run }) => {
    faults.splice(0, Infinity, ...step.faults.map((kind) => allKinds[kind]))
    return run(perform(step, account))
  },
  toString: () => JSON.stringify(step),
})

describe("any calls in any order, whatever happens to their requests", () => {
  it.effect(
    "end as the page of promises says, and leave what they say",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.commands([step.map(commandOf)], { maxCommands: 15, size: "max" }),
            async (commands) => {
              const world = makeWorld()
              try {
                await fc.asyncModelRun(
                  () => ({ model: new SecondNp6(start), real: world }),
                  commands,
                )
              } finally {
                await world.end()
              }
            },
          ),
          { seed: 20261124, numRuns: 120 },
        )
      ),
    60_000,
  )
})
