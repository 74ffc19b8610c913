/**
 * Holds what a bulk run said against what the server saw and against the state that is left.
 *
 * @module
 */
import * as Arr from "effect/Array"
import type { SandboxRequest } from "../../../src/sandbox/SandboxService.ts"
import { askOf } from "./sandboxLog.ts"
import { addressField, type Contact, Np6 } from "./secondNp6.ts"
import { type Input, nobody, type Outcome } from "./operators.ts"
import type { Evidence } from "./trial.ts"

/** The requests of one call, as the server saw them. */
interface Call {
  readonly operation: string
  readonly owners: ReadonlyArray<number>
  readonly first: SandboxRequest
  requests: number
  /** How many of them changed anything. */
  applied: number
  /** Whom a bulk delete deleted. */
  readonly deleted: Set<string>
  /** What was to be seen of the operator's effect after the last request, by input. */
  readonly seen: Map<number, string>
}

type Say = (problem: string) => void

const mayBeSent = (outcome: Outcome): boolean =>
  !("error" in outcome && outcome.error._tag === "InvalidInput")

const isRepeated = (a: SandboxRequest, b: SandboxRequest): boolean =>
  a.method === b.method && a.path === b.path && a.query === b.query && a.body === b.body

const spanOf = ({ headers }: SandboxRequest): string => headers["traceparent"]?.split("-")[2] ?? ""

/** Finds the inputs that a request is for: by its call or, of a chunk, by what its body names. */
const finder = (
  { calls, inputs, operator }: Evidence,
): (record: SandboxRequest) => ReadonlyArray<Input> => {
  if (operator.unit === 1) return (record) => calls.get(spanOf(record)) ?? []
  const chunks = new Map<string, ReadonlyArray<Input>>()
  for (let first = 0; first < inputs.length; first += operator.unit) {
    const chunk = inputs.slice(first, first + operator.unit)
      .filter((input) => operator.key(input) !== "")
    chunks.set(JSON.stringify(chunk.map(operator.key)), chunk)
  }
  return ({ body }) => {
    const { value } = JSON.parse(body)
    return chunks.get(JSON.stringify(Array.isArray(value) ? value.flat() : value)) ?? []
  }
}

/**
 * Takes the log for what was done: the account of the plain model, changed by each request that the
 * sandbox says was applied, and the calls that the requests belong to.
 */
const replay = (evidence: Evidence, account: Np6, say: Say): ReadonlyArray<Call> => {
  const { operator } = evidence
  const ownersOf = finder(evidence)
  const calls = new Map<string, Call>()
  const latest = new Map<string, number>()
  for (const [index, record] of evidence.log.entries()) {
    // ensureInSegment reads the segment to understand a 409, which changes nothing.
    if (record.operation === "account.segment") continue
    const ask = askOf(record)
    if (ask === undefined) {
      say(`request ${index} is none of NP6's`)
      continue
    }
    let call = calls.get(spanOf(record))
    if (call === undefined) {
      const owners = ownersOf(record).map(({ n }) => n)
      if (owners.length === 0) say(`request ${index} (${ask.operation}) is for no input`)
      call = {
        operation: ask.operation,
        owners,
        first: record,
        requests: 0,
        applied: 0,
        deleted: new Set(),
        seen: new Map(),
      }
      calls.set(spanOf(record), call)
    }
    call.requests += 1
    if (!isRepeated(call.first, record)) {
      say(`request ${index} is no repetition of its call's first`)
    }
    if (operator.isOrdered) {
      for (const n of call.owners) {
        const key = keyAt(evidence, n)
        if (n < (latest.get(key) ?? 0)) say(`input ${n} was overtaken by a later one of its target`)
        latest.set(key, Math.max(n, latest.get(key) ?? 0))
      }
    }
    if (record.applied || record.fault === undefined) {
      const { changed, status, value } = account.answer(ask)
      if (changed !== record.applied) say(`request ${index} changed something, or should have`)
      if (record.fault === undefined && record.status !== status) {
        say(`request ${index} got ${record.status}, and not ${status}`)
      }
      if (changed) call.applied += 1
      if (changed && Array.isArray(value)) {
        for (const { id, unicity } of value) call.deleted.add(id).add(String(unicity))
      }
    }
    for (const n of call.owners) call.seen.set(n, look(evidence, account, n))
  }
  return [...calls.values()]
}

const keyAt = ({ inputs, operator }: Evidence, n: number): string => {
  const input = inputs[n]
  return input === undefined ? "" : operator.key(input)
}

const look = (evidence: Evidence, account: Np6, n: number): string => {
  const key = keyAt(evidence, n)
  return evidence.operator.look(account.contacts.get(key) ?? account.byAddress(key))
}

/** The requests that were counted, against those that came. */
const compare = (
  { wire }: Evidence,
  attempts: number,
  calls: ReadonlyArray<Call>,
  tell: Say,
): void => {
  const requests = calls.reduce((sum, call) => sum + call.requests, 0)
  if (requests < attempts && wire === "exact") tell(`${attempts - requests} requests never came`)
  if (requests > attempts) tell(`${requests - attempts} requests came that weren't counted`)
}

/** What the outcome of one input says, against the calls that were made for it. */
const check = (
  evidence: Evidence,
  outcome: Outcome,
  calls: ReadonlyArray<Call>,
  say: Say,
): void => {
  const { input } = outcome
  const tell: Say = (problem) => say(`input ${input.n} is ${outcome._tag}, and ${problem}`)
  if (!mayBeSent(outcome)) {
    if (calls.length > 0) tell("was sent")
    return
  }
  if (outcome._tag === "Interrupted" || outcome._tag === "NotTried") {
    const wasApplied = calls.some(({ applied }) => applied > 0)
    if (outcome.applied === "no" && wasApplied) tell('was applied: it says "no"')
    return
  }
  if (outcome._tag === "Failed") {
    // Of an upsert and an add, the error is about the one that failed.
    const [call] = calls.filter(({ operation }) => operation === outcome.error.operation)
    if (outcome.error.applied === "no" && call !== undefined && call.applied > 0) {
      tell('was applied: it says "no"')
    }
    return compare(evidence, outcome.error.attempts, call === undefined ? [] : [call], tell)
  }
  compare(evidence, outcome.attempts, calls, tell)
  const seen = calls.at(-1)?.seen.get(input.n)
  // What was to be seen before makes no difference to what a success leaves.
  const wanted = evidence.operator.after(input, nobody)
  if (seen !== wanted) tell(`its target was then: ${seen}, not: ${wanted}`)
  const isDeleted = calls.some(({ deleted }) => deleted.has(evidence.operator.key(input)))
  if (outcome.value === "Deleted" && !isDeleted) tell("was not deleted by it")
  if (outcome.value === "NotFound" && isDeleted) tell("was deleted by it")
}

/** What the outcomes alone make of a target, in the order of its inputs. */
const expected = (
  { operator }: Evidence,
  outcomes: ReadonlyArray<Outcome>,
  start: string,
): ReadonlySet<string> => {
  let possible: ReadonlySet<string> = new Set([start])
  for (const outcome of outcomes) {
    const isUnchanged = outcome._tag !== "Done" && outcome._tag !== "Failed" &&
      outcome.applied === "no"
    if (isUnchanged) continue
    const next = Array.from(possible, (before) => {
      const after = operator.after(outcome.input, before)
      if (outcome._tag === "Done") return [after]
      if (operator.left !== undefined) return operator.left(outcome, before)
      const wasNot = outcome._tag === "Failed" && outcome.error.applied === "no"
      return wasNot ? [before] : [before, after]
    })
    possible = new Set(next.flat())
  }
  return possible
}

const sorted = ({ id, fields, segments }: Contact): unknown => [
  id,
  Object.entries(fields).sort(),
  segments.toSorted(),
]

/** What is wrong; nothing when all that was said is so. */
export const audit = (evidence: Evidence): ReadonlyArray<string> => {
  const { ended, inputs, operator, outcomes, start, state } = evidence
  const problems: Array<string> = []
  const say: Say = (problem) => problems.push(problem)
  if (evidence.late > 0) say(`${evidence.late} requests came after the end`)

  const byInput = Arr.groupBy(outcomes, ({ input }) => String(input.n))
  for (const input of inputs) {
    const count = byInput[input.n]?.length ?? 0
    if (count > 1 || (count === 0 && ended === "whole")) {
      say(`input ${input.n} has ${count} outcomes`)
    }
  }
  if (Object.keys(byInput).length > inputs.length) say("there are outcomes of no input")

  const before = new Np6(start)
  const account = new Np6(start)
  const calls = replay(evidence, account, say)
  const callsOf = new Map<number, Array<Call>>()
  for (const call of calls) {
    for (const n of call.owners) callsOf.set(n, [...callsOf.get(n) ?? [], call])
  }
  for (const outcome of outcomes) check(evidence, outcome, callsOf.get(outcome.input.n) ?? [], say)
  for (const n of callsOf.keys()) {
    if (byInput[n] === undefined) say(`input ${n} was sent and has no outcome`)
  }

  const kept = state.targets.map(({ id, fields, segments }) => ({ id, fields, segments }))
  const modelled = Array.from(account.contacts.values())
  if (JSON.stringify(kept.map(sorted)) !== JSON.stringify(modelled.map(sorted))) {
    say("the sandbox's targets are not what its log makes of them")
  }
  const targets = new Map(kept.flatMap((target) => [
    [target.id, target],
    [String(target.fields[addressField]), target],
  ]))
  const inOrder = outcomes.toSorted((a, b) => a.input.n - b.input.n)
  for (
    const [key, group] of Object.entries(
      Arr.groupBy(inOrder, ({ input }) => operator.key(input)),
    )
  ) {
    if (key === "") continue
    const possible = expected(evidence, group, look(evidence, before, group[0].input.n))
    const target = operator.look(targets.get(key))
    if (!possible.has(target)) {
      say(
        `the target of input ${group.at(-1)?.input.n} is ${target}, not ${
          [...possible].join(" or ")
        }`,
      )
    }
  }
  return problems
}
