import { assert, describe, it } from "@effect/vitest"
import { type FieldValues, type Selection, Targets, type UnicityInput } from "@effect-np6/targets"
import { Cause, Effect, Exit, Redacted } from "effect"
import { json, recording, sampleTarget } from "../../harness/recording.ts"
import { canaries } from "../../harness/leaks/canaries.ts"
import { assertNothingLeaks, watch } from "../../harness/leaks/watch.ts"
import { hostile } from "../../harness/hostile.ts"

const { address, key, name, phone } = canaries
const long = Number(phone) * 1_000_000

const unreadable = {
  get 8103(): string {
    throw new Error(address, { cause: { key } })
  },
}

/** Each is refused, and each holds a canary. */
const badIds = [`${address}`, `${name}/`, `../${name}`, `${name}\n`, ` ${name}`, [name], {
  [name]: 1,
}]
const badSegments = [address, name, long, -Number(phone), [name], { [name]: name }]
const badUnicities = [
  `${address}\n`,
  `${address}\ud800`,
  [address, ""],
  [address, { [name]: 1 }],
  [[address]],
  { [address]: name },
  [address, name.repeat(100)],
  [Number(phone)],
]
const badValues = [
  { [address]: name },
  { [name]: 1 },
  { [phone]: name },
  { fields: { 8103: address } },
  { 8103: { [address]: name } },
  { 8103: [[address]] },
  { 8103: `${address}\ud800` },
  { 8103: long * 1000 },
  { 8103: BigInt(phone) },
  { 8103: Symbol(name) },
  { 8103: () => name },
  { 8103: new Date(Number(phone)) },
  { 8103: new Map([[address, name]]) },
  [address],
  new Map([[address, name]]),
  unreadable,
]
const badSelections = [
  address,
  { type: address, value: [name] },
  ...badUnicities.map((value) => ({ type: "unicity", value: [value] })),
  { type: "unicity", value: address },
  { type: "unicity", value: { [address]: name } },
  ...badIds.map((id) => ({ type: "id", value: ["000MLGPR", id] })),
  ...badSegments.map((value) => ({ type: "segment", value })),
]

const { layer } = recording([json(sampleTarget)], { apiKey: Redacted.make(key) })

const refused = (run: (targets: Targets["Service"]) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const seen = yield* watch(Effect.flatMap(Targets, run).pipe(Effect.provide(layer)))
    assertNothingLeaks(seen)
    assert.propertyVal(
      Exit.isFailure(seen.exit) ? Cause.squash(seen.exit.cause) : undefined,
      "_tag",
      "InvalidInput",
    )
  })

const cases: ReadonlyArray<
  readonly [
    what: string,
    bad: ReadonlyArray<unknown>,
    calls: ReadonlyArray<
      (targets: Targets["Service"], bad: unknown) => Effect.Effect<unknown, unknown>
    >,
  ]
> = [
  ["an id", badIds, [
    (targets, id) => targets.get(hostile(id)),
    (targets, id) => targets.update(hostile(id), { 8103: address }),
    (targets, id) => targets.delete(hostile(id)),
    (targets, id) => targets.addToSegment(hostile(id), 1),
    (targets, id) => targets.removeFromSegment(hostile(id), 1),
  ]],
  ["a segment", badSegments, [
    (targets, segment) => targets.addToSegment("000MLGPR", hostile(segment)),
    (targets, segment) => targets.removeFromSegment("000MLGPR", hostile(segment)),
  ]],
  ["a unicity", badUnicities, [
    (targets, unicity) => targets.getByUnicity(hostile<UnicityInput>(unicity)),
    (targets, unicity) => targets.upsert(hostile<UnicityInput>(unicity), { 8103: address }),
  ]],
  ["values", badValues, [
    (targets, values) => targets.create(hostile<FieldValues>(values)),
    (targets, values) => targets.update("000MLGPR", hostile<FieldValues>(values)),
    (targets, values) => targets.upsert(address, hostile<FieldValues>(values)),
  ]],
  ["a selection", badSelections, [
    (targets, selection) => targets.deleteMany(hostile<Selection>(selection)),
  ]],
]

describe("nothing leaks from the refusal of", () => {
  for (const [what, bad, calls] of cases) {
    for (const [index, value] of bad.entries()) {
      it.effect(`${what} ${index}`, () =>
        Effect.forEach(calls, (call) => refused((targets) => call(targets, value))))
    }
  }
})
