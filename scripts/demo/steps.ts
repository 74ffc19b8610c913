/**
 * What the demo does with the targets once they are there. Each step says what it did and gives back
 * what it counted.
 *
 * @module
 */
import { type DeletionReport, Targets } from "../../mod.ts"
import { Fault, Sandbox } from "../../src/sandbox/Sandbox.ts"
import { DateTime, Effect, Stream } from "effect"
import { field, segment } from "./account.ts"
import type { TargetsError } from "./errors.ts"
import type { Person } from "./import.ts"
import { dim, print, type Screen } from "./screen.ts"

/** Looks one up by its id, and again by its unicity. */
export const lookUp = Effect.fnUntraced(function* (
  person: Person,
): Effect.fn.Return<void, TargetsError, Targets | Screen> {
  const targets = yield* Targets
  const byId = yield* targets.get(person.id)
  const byUnicity = yield* targets.getByUnicity(person.address)

  const filled = Object.values(byId.fields).filter((value) => value !== null).length
  const created = byId.creationDate === undefined
    ? "at an unknown time"
    : DateTime.formatIso(byId.creationDate)
  yield* print(
    `  By id       ${byId.id}: ${filled} of ${Object.keys(byId.fields).length} fields have a value`,
    `  By unicity  ${byUnicity.id}: created ${created}`,
  )
})

/** Who is in the segment of customers afterwards. */
export interface Membership {
  readonly joined: number
  readonly left: number
  readonly members: ReadonlyArray<Person>
}

const ordersOf = (person: Person): number => Number(person.values[field.orders] ?? 0)

/** Adds the good customers to a segment, and removes one again. */
export const fillSegment = Effect.fnUntraced(function* (
  people: ReadonlyArray<Person>,
): Effect.fn.Return<Membership, TargetsError, Targets | Screen> {
  const targets = yield* Targets
  const customers = people.filter((person) => ordersOf(person) >= 10)
  yield* Effect.forEach(
    customers,
    ({ id }) => targets.addToSegment(id, segment.customers),
    { concurrency: 8, discard: true },
  )
  const leaving = customers.slice(0, 1)
  yield* Effect.forEach(
    leaving,
    ({ id }) => targets.removeFromSegment(id, segment.customers),
    { discard: true },
  )
  yield* print(
    `  ${customers.length} with ten orders or more joined segment ${segment.customers}, and ${leaving.length} left it`,
  )
  return {
    joined: customers.length,
    left: leaving.length,
    members: customers.slice(leaving.length),
  }
})

/** Those who never ordered: the demo deletes them. */
export const withoutOrders = (people: ReadonlyArray<Person>): ReadonlyArray<Person> =>
  people.filter((person) => ordersOf(person) === 0)

/** Deletes one while the answers get lost: a replay finds nobody, which is success. */
export const deleteDespiteLoss = Effect.fnUntraced(function* (
  { id }: Person,
): Effect.fn.Return<void, TargetsError, Targets | Sandbox | Screen> {
  const targets = yield* Targets
  const sandbox = yield* Sandbox
  yield* sandbox.script({
    on: { operation: "targets.delete" },
    fault: Fault.reset({ applied: true }),
  })

  yield* targets.delete(id)

  const received = (yield* sandbox.requests).filter(({ method, path }) =>
    method === "DELETE" && path === `/targets/${id}`
  )
  yield* print(
    ...received.map((request, index) => {
      const effect = request.applied ? "deleted it" : "found nothing to delete"
      const answer = request.status === undefined ? "no answer" : `answered ${request.status}`
      return `  Request ${index + 1}: the server ${effect}; ${answer}`
    }),
    `  The program: ${id} is deleted`,
  )
})

/** How many targets came by, and how many there were. */
export interface Streamed {
  readonly count: number
  readonly there: number
}

/** Reads the whole account, one target after the other, and counts them. */
export const countAll: Effect.Effect<Streamed, TargetsError, Targets | Sandbox | Screen> = Effect
  .gen(function* () {
    const targets = yield* Targets
    const sandbox = yield* Sandbox
    const count = yield* Stream.runCount(targets.stream)
    yield* print(`  ${count} targets came by, one after the other`)
    return { count, there: (yield* sandbox.state).targets.length }
  })

/** Deletes one. */
export const deleteOne = Effect.fnUntraced(function* (
  { id }: Person,
): Effect.fn.Return<void, TargetsError, Targets | Screen> {
  const targets = yield* Targets
  yield* targets.delete(id)
  yield* print(`  ${id} is gone`)
})

/** Deletes many by their unicity, some of whom may be gone already. */
export const deleteAll = Effect.fnUntraced(function* (
  people: ReadonlyArray<Person>,
): Effect.fn.Return<DeletionReport, TargetsError, Targets | Screen> {
  const targets = yield* Targets
  const report = yield* targets.deleteMany({
    type: "unicity",
    value: people.map((person) => person.address),
  })
  const deleted = report.deleted.length
  const ids = report.deleted.slice(0, 5).map((target) => target.id).join(", ")
  yield* print(
    `  ${people.length} asked for, ${deleted} deleted, ${people.length - deleted} gone already`,
    dim(`  ${ids}${deleted > 5 ? " …" : ""}`),
  )
  return report
})
