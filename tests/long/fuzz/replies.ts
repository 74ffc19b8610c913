/**
 * The operations, each with a good reply to begin with, and what must hold of its outcome.
 *
 * @module
 */
import {
  type DeletionReport,
  type ListedTarget,
  type Target,
  TargetModel,
  Targets,
} from "../../../mod.ts"
import { Effect, Stream } from "effect"
import type { Json } from "./json.ts"
import { checkDeletions, checkList, checkTarget, checkTyped, ensure } from "./oracle.ts"

/** One operation under fire. */
export interface Subject {
  readonly name: string
  readonly run: (targets: Targets["Service"]) => Effect.Effect<Checked, { readonly _tag: string }>
  readonly good: string
  /** Whether the reply is read in pieces, and so is sent in pieces. */
  readonly isStreamed: boolean
  /** The documented errors that it may fail with, beside those of any call. */
  readonly documented: ReadonlyArray<string>
}

/** A value, to be held against the reply that it was read from. */
export type Checked = (reply: Json | undefined) => void

const target = {
  id: "000MLGPR",
  creationDate: "2016-04-04T08:55:00Z",
  lastUpdateDate: "2016-04-25T14:27:00Z",
  hash: "974d82733bd630e8f23671dcfc322a7e",
  fields: {
    8101: "Mr",
    8102: "Doe",
    8103: "a@b.c",
    8105: null,
    8106: 42,
    8107: ["Books"],
    8109: true,
  },
  bounce: [
    { field: 8103, type: 52, timestamp: "1465831160", reason: 1 },
    { field: 8104, type: "Soft", timestamp: 1465831160, reason: "full" },
  ],
  redList: { mail: { timestamp: "1465831160", reason: 5 }, sms: { timestamp: null, reason: null } },
}
const listed = {
  id: "000MLGPS",
  creationDate: "2016-04-04T08:55:00Z",
  lastUpdateDate: null,
  fields: { 8103: "d@e.f" },
}
const deleted = [
  { id: "000JW54T", unicity: ["t1@test.com", "Doe"] },
  { id: "000JW54U", unicity: [42, null] },
]

const one = JSON.stringify(target)
const list = JSON.stringify([target, listed, listed])
const report = JSON.stringify(deleted)
const values = { 8103: "a@b.c" }

const Contact = TargetModel.make({
  civility: TargetModel.choice(8101, ["Mr", "Mrs"]),
  name: TargetModel.text(8102),
  email: TargetModel.text(8103),
  born: TargetModel.date(8105, { slashes: "dd/mm/yyyy" }),
  orders: TargetModel.number(8106),
  interests: TargetModel.choices(8107, ["Books", "Sport"]),
  optIn: TargetModel.flag(8109, { yes: true, no: false }),
}, { unicity: "email" })

type Run<A> = (targets: Targets["Service"]) => Effect.Effect<A, { readonly _tag: string }>

const contacts = <A>(
  run: (
    contacts: TargetModel.OperationsOf<typeof Contact>,
  ) => Effect.Effect<A, { readonly _tag: string }>,
): Run<A> =>
(targets) => Effect.provideService(Effect.flatMap(Contact.operations, run), Targets, targets)

const whole = (reply: Json | undefined): Json => reply ?? { kind: "atom", text: "null" }

const ofTarget = (run: Run<Target>): Subject["run"] => (targets) =>
  Effect.map(run(targets), (value) => (reply) => checkTarget(value, whole(reply)))
const ofList = (run: Run<ReadonlyArray<ListedTarget>>): Subject["run"] => (targets) =>
  Effect.map(run(targets), (value) => (reply) => checkList(value, whole(reply)))
const ofNothing = (run: Run<void>): Subject["run"] => (targets) =>
  Effect.map(run(targets), (value) => () => ensure(value === undefined, "a value of nothing"))
const ofReport = (run: Run<DeletionReport>): Subject["run"] => (targets) =>
  Effect.map(run(targets), (value) => (reply) => checkDeletions(value, reply))

const denied = ["Unauthorized", "Forbidden"]
const found = [...denied, "NotFound"]

const subject = (
  name: string,
  good: string,
  documented: ReadonlyArray<string>,
  run: Subject["run"],
  isStreamed = false,
): Subject => ({ name, good, documented, run, isStreamed })

/** All decoders, each through the operations that lead to it. */
export const subjects: readonly [Subject, ...ReadonlyArray<Subject>] = [
  subject("list", list, denied, ofList((targets) => targets.list), true),
  subject("stream", list, denied, ofList((targets) => Stream.runCollect(targets.stream)), true),
  subject("get", one, found, ofTarget((targets) => targets.get("000MLGPR"))),
  subject("getByUnicity", one, found, ofTarget((targets) => targets.getByUnicity("a@b.c"))),
  subject("upsert", one, denied, ofTarget((targets) => targets.upsert("a@b.c", values))),
  subject("create", one, [...denied, "Conflict"], ofTarget((targets) => targets.create(values))),
  subject(
    "update",
    one,
    [...found, "Conflict"],
    ofTarget((targets) => targets.update("000MLGPR", values)),
  ),
  subject(
    "addToSegment",
    one,
    [...found, "Conflict"],
    ofNothing((targets) => targets.addToSegment("000MLGPR", 1)),
  ),
  subject(
    "removeFromSegment",
    one,
    [...found, "Conflict"],
    ofNothing((targets) => targets.removeFromSegment("000MLGPR", 1)),
  ),
  subject("delete", one, found, ofNothing((targets) => targets.delete("000MLGPR"))),
  subject(
    "deleteMany",
    report,
    found,
    ofReport((targets) => targets.deleteMany({ type: "id", value: ["000MLGPR"] })),
  ),
  subject(
    "a model's get",
    one,
    found,
    (targets) =>
      contacts((contacts) => contacts.get("000MLGPR"))(targets).pipe(
        Effect.map((value) => (reply) => checkTyped(value, whole(reply))),
      ),
  ),
  subject(
    "a model's list",
    list,
    denied,
    (targets) =>
      contacts((contacts) => contacts.list)(targets).pipe(
        Effect.map((all) => (reply) => {
          const items = reply?.kind === "array" ? reply.items : []
          ensure(items.length === all.length, "the model's list is shorter")
          for (const [at, value] of all.entries()) checkTyped(value, whole(items[at]))
        }),
      ),
    true,
  ),
]
