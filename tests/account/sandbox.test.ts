import { assert, describe, it } from "@effect/vitest"
import { Account, Targets } from "@effect-np6/targets"
import { Fault, Sandbox, type SandboxSeed } from "@effect-np6/targets/sandbox"
import { DateTime, Effect, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import { inTime } from "../harness/time.ts"

const [jane, john] = ["000MLGPR", "000MLGPS"] as const

const seed: SandboxSeed = {
  fields: [
    { id: 8103, name: "Email", type: "email", isUnicity: true, isMandatory: true },
    { id: 8101, name: "Civility", type: "singleSelectList", valueListId: 1227 },
    {
      id: 8102,
      name: "Prénom",
      type: "textField",
      isCriterion: true,
      constraint: { operator: 4, value: "150" },
    },
  ],
  valueLists: [
    { id: 1227, name: "Civilities", ordered: true, values: [{ index: 3, value: "Mr" }] },
  ],
  segments: [
    { id: 12345, name: "Newsletter", type: "static", description: "Monthly" },
    { id: 14105, name: "Actives", type: "dynamic", expiration: "2030-01-01", isTest: true },
  ],
  targets: [
    {
      id: jane,
      fields: { Email: "jane@example.com" },
      segments: [12345],
      bounce: [
        { field: 8103, type: 52, timestamp: "1465831160", reason: "5.1.1 (bad mailbox)" },
        { field: 8103, type: 99, timestamp: "soon", reason: 1 },
      ],
      redList: { mail: { timestamp: "1465831160", reason: 4 } },
    },
    {
      id: john,
      fields: { Email: "john@example.com" },
      segments: [12345, 14105],
      redList: { mail: { timestamp: "2016-06-20T00:00:00Z", reason: 42 }, sms: { reason: "6" } },
    },
  ],
}

const test = (name: string, effect: Effect.Effect<void, unknown, Account | Targets | Sandbox>) =>
  it.effect(name, () =>
    TestClock.setTime(Date.parse("2016-04-04T08:55:42.123Z")).pipe(
      Effect.andThen(Effect.provide(effect, Sandbox.layerTargets({ seed }))),
    ))

const utc = (iso: string) => DateTime.makeUnsafe(iso)

describe("Account over the sandbox", () => {
  test(
    "reads fields, value lists, segments and the count",
    Effect.gen(function* () {
      const account = yield* Account
      assert.deepStrictEqual<unknown>(yield* account.fields, [
        { id: 8103, type: "email", name: "Email", isUnicity: true, isMandatory: true },
        {
          id: 8101,
          type: "singleSelectList",
          name: "Civility",
          isUnicity: false,
          isMandatory: false,
          valueListId: 1227,
        },
        {
          id: 8102,
          type: "textField",
          name: "Prénom",
          isUnicity: false,
          isMandatory: false,
          isCriterion: true,
          constraint: { operator: "SmallerOrEqual", value: "150" },
        },
      ])
      assert.deepStrictEqual<unknown>(yield* account.valueLists, [
        { id: 1227, name: "Civilities", ordered: true, values: [{ index: 3, value: "Mr" }] },
      ])
      const newsletter = {
        type: "static",
        id: 12345,
        name: "Newsletter",
        creation: utc("2016-04-04T08:55:00Z"),
        isTest: false,
        targetsCount: 2,
      }
      assert.deepStrictEqual<unknown>(yield* account.segments, [
        newsletter,
        {
          type: "dynamic",
          id: 14105,
          name: "Actives",
          creation: utc("2016-04-04T08:55:00Z"),
          expiration: utc("2030-01-01T00:00:00Z"),
          isTest: true,
          targetsCount: 1,
        },
      ])
      assert.deepStrictEqual<unknown>(
        yield* account.segment(12345),
        { ...newsletter, description: "Monthly" },
      )
      const missing = yield* Effect.flip(account.segment(1))
      assert.deepInclude(missing, { _tag: "NotFound", operation: "account.segment" })
      assert.strictEqual(yield* account.count, 2)
    }),
  )

  test(
    "streams members, bounces and red lists",
    Effect.gen(function* () {
      const account = yield* Account
      const all = <A, E>(stream: Stream.Stream<A, E>) => Stream.runCollect(stream)
      assert.deepStrictEqual<unknown>(yield* all(account.segmentMembers(12345)), [jane, john])
      const missing = yield* Effect.flip(all(account.segmentMembers(1)))
      assert.deepInclude(missing, { _tag: "NotFound", operation: "account.segmentMembers" })
      assert.deepStrictEqual<unknown>(yield* all(account.bounces), [{
        id: jane,
        bounces: [
          {
            type: "HardUser",
            fieldId: 8103,
            detail: { message: "5.1.1 (bad mailbox)" },
            timestamp: utc("2016-06-13T15:19:20Z"),
          },
          { type: "99", fieldId: 8103, detail: { message: "reason 1" } },
        ],
      }])
      const unsubscribed = {
        id: jane,
        timestamp: utc("2016-06-13T15:19:20Z"),
        origin: "ListUnsubscribe",
        detail: {},
      }
      const other = { id: john, timestamp: utc("2016-06-20T00:00:00Z"), origin: 42, detail: {} }
      assert.deepStrictEqual<unknown>(yield* all(account.redList("mail")), [unsubscribed, other])
      assert.deepStrictEqual<unknown>(
        yield* all(account.redList("mail", { start: "2016-06-14", end: new Date("2016-06-21") })),
        [other],
      )
      assert.deepStrictEqual<unknown>(yield* all(account.redList("sms")), [
        { id: john, origin: "SmsStop", detail: {} },
      ])
    }),
  )

  test(
    "finds by name what targets take by id",
    Effect.gen(function* () {
      const account = yield* Account
      const targets = yield* Targets
      const email = yield* account.fieldNamed("Email")
      const firstName = yield* account.fieldNamed("prenom")
      const newsletter = yield* account.segmentNamed("Newsletter")
      const address = "jim@example.com"
      const { id } = yield* targets.ensureInSegment(
        address,
        { [email.id]: address, [firstName.id]: "Jim" },
        newsletter.id,
      )
      const members = yield* Stream.runCollect(account.segmentMembers(newsletter.id))
      assert.deepStrictEqual<unknown>(members, [jane, john, id])
    }),
  )

  test(
    "writes a model of it",
    Effect.gen(function* () {
      const account = yield* Account
      const source = Account.modelSource({
        fields: yield* account.fields,
        valueLists: yield* account.valueLists,
      })
      assert.include(
        Result.getOrThrow(source),
        '  civility: TargetModel.choice(8101, ["Mr"]),\n' +
          '  /** "Prénom": textField, length <= 150. */\n' +
          "  prenom: TargetModel.text(8102),\n",
      )
    }),
  )

  test(
    "is retried over a fault, by the name of its operation",
    Effect.gen(function* () {
      const account = yield* Account
      const sandbox = yield* Sandbox
      yield* sandbox.script({ fault: Fault.status(503), on: { operation: "account.fields" } })
      const { attempts } = yield* inTime(account.withResponse.fields)
      assert.strictEqual(attempts, 2)
      const requests = yield* sandbox.requests
      assert.deepStrictEqual<unknown>(
        requests.map(({ operation }) => operation),
        ["account.fields", "account.fields"],
      )
    }),
  )
})
