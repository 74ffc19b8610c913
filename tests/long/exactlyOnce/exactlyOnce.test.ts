import { assert, describe, it } from "@effect/vitest"
import { TransportError } from "@effect-np6/targets"
import { Effect } from "effect"
import { audit } from "../../harness/proof/audit.ts"
import { type Met, noneMet, type Weather } from "../../harness/proof/randomFaults.ts"
import { type Operator, operators, type Outcome } from "../../harness/proof/operators.ts"
import { type Evidence, gather, type Trial } from "../../harness/proof/trial.ts"
import { inProcess } from "../../harness/proof/trialLayers.ts"
import { inTime } from "../../harness/time.ts"

interface Case {
  /** For an operator of chunks, `inputs` are so many chunks. */
  readonly trial: Partial<Trial>
  readonly weather: Partial<Weather>
}

const run = (
  operator: Operator,
  { trial, weather }: Case,
): Effect.Effect<Evidence & { readonly met: Met }> => {
  const whole: Trial = {
    operator,
    seed: 20261124,
    concurrency: 16,
    ordered: true,
    quiet: "5 minutes",
    wire: "exact",
    ...trial,
    inputs: (trial.inputs ?? 100) * operator.unit,
  }
  const met = noneMet()
  return inTime(gather(whole)).pipe(
    Effect.provide(inProcess({
      inputs: whole.inputs,
      weather: { rate: 0.05, seed: whole.seed, seconds: 1, ...weather },
      met,
    })),
    Effect.map((evidence) => ({ ...evidence, met })),
  )
}

const count = (outcomes: ReadonlyArray<Outcome>, is: (outcome: Outcome) => boolean): number =>
  outcomes.filter(is).length
const failed = (applied: string) => (outcome: Outcome) =>
  outcome._tag === "Failed" && outcome.error.applied === applied

const everywhere = (
  cases: Readonly<Record<string, Case>>,
  expect: (evidence: Evidence & { readonly met: Met }) => void,
): void => {
  for (const [name, operator] of Object.entries(operators)) {
    for (const [how, one] of Object.entries(cases)) {
      it.effect(`${name}, ${how}`, () =>
        Effect.map(run(operator, one), (evidence) => {
          assert.deepStrictEqual(audit(evidence), [])
          expect(evidence)
        }), 60_000)
    }
  }
}

describe("while one request in twenty fails, a run does what its outcomes say and no more", () => {
  everywhere({
    "in order": { trial: { inputs: 300 }, weather: {} },
    "in no order, few at once": {
      trial: { inputs: 150, ordered: false, concurrency: 3 },
      weather: { seed: 2 },
    },
  }, ({ ended, inputs, met, outcomes }) => {
    assert.strictEqual(ended, "whole")
    assert.strictEqual(outcomes.length, inputs.length)
    assert.isAbove(met.faults.size, 0)
  })
})

describe("while every other request fails, so that retries run out", () => {
  everywhere({
    "one at a time": { trial: { concurrency: 1 }, weather: { rate: 0.5 } },
    "in no order": { trial: { ordered: false, seed: 3 }, weather: { rate: 0.5 } },
  }, ({ ended, outcomes }) => {
    assert.strictEqual(ended, "whole")
    assert.isAbove(count(outcomes, failed("no")), 0)
    assert.isAbove(count(outcomes, failed("unknown")), 0)
  })
})

describe("interrupted halfway, what was begun has an outcome and the rest was never sent", () => {
  everywhere({
    "in order": { trial: { interruptAfter: 43, concurrency: 4 }, weather: { rate: 0.5 } },
    "in no order": {
      trial: { interruptAfter: 31, ordered: false, concurrency: 4 },
      weather: { rate: 0.5 },
    },
  }, ({ ended, inputs, outcomes }) => {
    assert.strictEqual(ended, "interrupted")
    const isUnfinished = ({ _tag }: Outcome) => _tag === "Interrupted" || _tag === "NotTried"
    assert.isAbove(count(outcomes, isUnfinished), 0)
    assert.isBelow(outcomes.length, inputs.length)
  })
})

describe("with the key refused midway, what was not settled is named and was never applied", () => {
  everywhere({
    "as unknown": {
      trial: { concurrency: 3 },
      weather: { rate: 0.2, revoked: { after: 4, status: 401 } },
    },
    "as not allowed": {
      trial: { ordered: false, concurrency: 3 },
      weather: { rate: 0.2, revoked: { after: 4, status: 403 } },
    },
  }, ({ ended, inputs, outcomes }) => {
    assert.strictEqual(ended, "refused")
    assert.isAbove(count(outcomes, ({ _tag }) => _tag === "NotTried"), 0)
    assert.isBelow(outcomes.length, inputs.length)
  })
})

const surelyNot = ({ operation, attempts }: TransportError) =>
  new TransportError({ operation, attempts, applied: "no", reason: "Reset" })

describe("the audit isn't satisfied", () => {
  const lies: Readonly<
    Record<string, readonly [lie: (evidence: Evidence) => Partial<Evidence>, found: RegExp]>
  > = {
    "when an outcome is missing": [
      ({ outcomes }) => ({ outcomes: outcomes.slice(1) }),
      /input 0 was sent and has no outcome/,
    ],
    "when an input has two outcomes": [
      ({ outcomes }) => ({ outcomes: [...outcomes, ...outcomes.slice(0, 1)] }),
      /input 0 has 2 outcomes/,
    ],
    'when "no" is said of what was applied': [
      ({ outcomes }) => ({
        outcomes: outcomes.map((outcome) =>
          outcome._tag === "Failed" && outcome.error._tag === "TransportError"
            ? { ...outcome, error: surelyNot(outcome.error) }
            : outcome
        ),
      }),
      /it says "no"/,
    ],
    "when what was sent counts as not tried": [
      ({ outcomes }) => ({
        outcomes: outcomes.map(({ input }) => ({ _tag: "NotTried", input, applied: "no" })),
      }),
      /is NotTried, and was applied: it says "no"/,
    ],
    "when what failed counts as done": [
      ({ outcomes }) => ({
        outcomes: outcomes.map((outcome) =>
          failed("no")(outcome)
            ? { _tag: "Done", input: outcome.input, value: undefined, attempts: 3 }
            : outcome
        ),
      }),
      /is Done, and its target was then/,
    ],
    "when the server lost what it did": [
      ({ state }) => ({ state: { targets: state.targets.slice(0, -1) } }),
      /targets are not what its log makes of them/,
    ],
    "when a request comes late": [() => ({ late: 1 }), /1 requests came after the end/],
  }
  for (const [when, [lie, found]] of Object.entries(lies)) {
    it.effect(when, () =>
      Effect.map(
        run(operators.upsert, { trial: { concurrency: 1 }, weather: { rate: 0.5 } }),
        (evidence) => assert.match(audit({ ...evidence, ...lie(evidence) }).join("\n"), found),
      ))
  }
})
