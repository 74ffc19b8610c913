/**
 * Runs bulk work over HTTP on loopback against an NP6 that fails at random, and checks each outcome
 * against what the server did: `exactly_once.ts [--inputs 100000] [--seed 1] [--rate 0.05]`. Ends
 * with 1 when anything that was said isn't so.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import process from "node:process"
import { parseArgs } from "node:util"
import * as RateLimit from "../../../src/client/RateLimit.ts"
import * as RetryPolicy from "../../../src/client/RetryPolicy.ts"
import { machine } from "../../../scripts/bench/runtime.ts"
import { number, table } from "../../../scripts/bench/statistics.ts"
import { audit } from "../../harness/proof/audit.ts"
import { noneMet } from "../../harness/proof/randomFaults.ts"
import { type Operator, operators, type Outcome } from "../../harness/proof/operators.ts"
import { type Evidence, gather } from "../../harness/proof/trial.ts"
import { overHttp } from "../../harness/proof/trialLayers.ts"

const usage = "exactly_once.ts [--inputs 100000] [--seed 1] [--rate 0.05]"

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    rate: { type: "string", default: "0.05" },
  },
})
const inputs = Number(values.inputs)
const seed = Number(values.seed)
const rate = Number(values.rate)
if (
  !(Number.isSafeInteger(inputs) && inputs > 0 && Number.isSafeInteger(seed) && rate >= 0 &&
    rate <= 1)
) {
  console.error(usage)
  process.exit(1)
}

/** The largest number of inputs of a run: its log has to fit into the sandbox's. */
const most = 2_500

// Of the real pace, only the waits are made shorter. Both ends are in this process, which may be busy
// for a while: a request that is given up before it was looked at comes after those that follow it. A limit would be learned from the 429s that
// come at random, and would make the run take its time.
const options = {
  timeout: "1 second",
  rateLimit: RateLimit.none,
  retry: RetryPolicy.make({ ...RetryPolicy.standard, schedule: Schedule.exponential("10 millis") }),
} as const

/** The ways in which a run goes, one after the other. */
const ways = [
  { concurrency: 64, ordered: false, end: "whole" },
  { concurrency: 16, ordered: true, end: "interrupted" },
  { concurrency: 32, ordered: false, end: "refused" },
  { concurrency: 16, ordered: false, end: "whole" },
  { concurrency: 64, ordered: true, end: "refused" },
  { concurrency: 64, ordered: true, end: "whole" },
] as const

/** What is counted for an operator. */
interface Count {
  inputs: number
  requests: number
  faults: number
  readonly outcomes: Map<string, number>
  readonly violations: Array<string>
}

const kindOf = (outcome: Outcome): string =>
  outcome._tag === "Failed" ? `Failed, "${outcome.error.applied}"` : outcome._tag

const add = (counts: Map<string, number>, name: string, count = 1): void => {
  counts.set(name, (counts.get(name) ?? 0) + count)
}

const faults = new Map<string, number>()

const runOnce = (operator: Operator, size: number, round: number): Effect.Effect<Evidence> => {
  const way = ways[round % ways.length] ?? ways[0]
  const met = noneMet()
  return gather({
    operator,
    inputs: size,
    seed: seed * 1_000 + round,
    concurrency: way.concurrency,
    ordered: way.ordered,
    quiet: "100 millis",
    wire: "lossy",
    ...(way.end === "interrupted" ? { interruptAfter: Math.ceil(size / 2) } : {}),
  }).pipe(
    Effect.provide(overHttp({
      inputs: size,
      weather: {
        rate,
        seed: seed * 1_000 + round,
        seconds: 0.02,
        ...(way.end === "refused"
          ? { revoked: { after: Math.ceil(size / operator.unit / 2), status: 401 + round % 2 * 2 } }
          : {}),
      },
      met,
      options,
    })),
    Effect.tap(() =>
      Effect.sync(() => {
        for (const [name, count] of met.faults) add(faults, name, count)
      })
    ),
  )
}

const prove = async (operator: Operator, share: number): Promise<Count> => {
  const count: Count = { inputs: 0, requests: 0, faults: 0, outcomes: new Map(), violations: [] }
  for (let round = 0; count.inputs < share; round++) {
    const size = Math.min(most, Math.ceil(share / ways.length), share - count.inputs)
    const evidence = await Effect.runPromise(runOnce(operator, size, round))
    count.inputs += size
    count.requests += evidence.log.length
    count.faults += evidence.log.filter(({ fault }) => fault !== undefined).length
    for (const outcome of evidence.outcomes) add(count.outcomes, kindOf(outcome))
    add(count.outcomes, "not taken", size - evidence.outcomes.length)
    count.violations.push(...audit(evidence).map((problem) => `run ${round}: ${problem}`))
  }
  return count
}

const kinds = ["Done", 'Failed, "no"', 'Failed, "unknown"', "Interrupted", "NotTried", "not taken"]
const all = Object.entries(operators)
const rows: Array<ReadonlyArray<string>> = []
const violations: Array<string> = []
const start = performance.now()
for (const [index, [name, operator]] of all.entries()) {
  const share = Math.floor((index + 1) * inputs / all.length) -
    Math.floor(index * inputs / all.length)
  const began = performance.now()
  const count = await prove(operator, share)
  violations.push(...count.violations.map((problem) => `${name}, ${problem}`))
  rows.push([
    name,
    ...[count.inputs, count.requests, count.faults].map(String),
    ...kinds.map((kind) => String(count.outcomes.get(kind) ?? 0)),
    String(count.violations.length),
    number((performance.now() - began) / 1_000),
  ])
  console.error(`${name}: ${count.inputs} inputs, ${count.violations.length} violations`)
}
console.log(`${machine()}\n`)
console.log(table(
  ["operator", "inputs", "requests", "faults", ...kinds, "violations", "seconds"],
  rows,
))
console.log(
  `\n${table(["fault", "met"], [...faults].sort().map(([name, met]) => [name, String(met)]))}`,
)
console.log(
  `\n${inputs} inputs, seed ${seed}, ${rate * 100} % of requests fail, ` +
    `${Math.round((performance.now() - start) / 1_000)} s: ${violations.length} violations.`,
)
for (const violation of violations.slice(0, 50)) console.log(violation)
// What keeps connections alive must not keep the process.
process.exit(violations.length === 0 ? 0 : 1)
