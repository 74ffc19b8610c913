/** Each argument whose value gets into a request, and the one request that it may make. */
import { Bulk, TargetModel, Targets } from "@effect-np6/targets"
import { Effect, Stream } from "effect"
import type { OperationCase } from "../operations.ts"

type Calls = Effect.Effect<unknown, unknown, Targets>

/** One argument of one operation. */
export interface Position {
  readonly name: string
  /** The type of the argument: its part of the request is compared with the value. */
  readonly kind: "id" | "segment" | "unicity" | "values" | "selection"
  readonly method: OperationCase["method"]
  /** Below the base URL, with `{}` for the value itself. */
  readonly path: string
  readonly run: (value: never) => Calls
}

const id = "000MLGPR"
const values = { 8103: "a@b.c" }

const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  name: TargetModel.text(8102),
}, { unicity: ["email"] })

const service = (run: (targets: Targets["Service"]) => Effect.Effect<unknown, unknown>): Calls =>
  Effect.flatMap(Targets, run)
const model = (
  run: (contacts: TargetModel.OperationsOf<typeof Contact>) => Effect.Effect<unknown, unknown>,
): Calls => Effect.flatMap(Contact.operations, run)

/** Runs an operator over one input, and fails as its outcome does. */
const bulk = <I, A, E>(operator: Bulk.Operator<I, A, E>, input: I): Calls =>
  Stream.make(input).pipe(
    operator,
    Stream.runForEach((outcome) =>
      outcome._tag === "Failed" ? Effect.fail(outcome.error) : Effect.void
    ),
  )

// A function of `never` takes values that no type allows.
export const positions: ReadonlyArray<Position> = [
  {
    name: "get(id)",
    kind: "id",
    method: "GET",
    path: "targets/{}",
    run: (value) => service((targets) => targets.get(value)),
  },
  {
    name: "update(id)",
    kind: "id",
    method: "PUT",
    path: "targets/{}",
    run: (value) => service((targets) => targets.update(value, values)),
  },
  {
    name: "delete(id)",
    kind: "id",
    method: "DELETE",
    path: "targets/{}",
    run: (value) => service((targets) => targets.delete(value)),
  },
  {
    name: "addToSegment(id)",
    kind: "id",
    method: "POST",
    path: "targets/{}/segments/1",
    run: (value) => service((targets) => targets.addToSegment(value, 1)),
  },
  {
    name: "removeFromSegment(id)",
    kind: "id",
    method: "DELETE",
    path: "targets/{}/segments/1",
    run: (value) => service((targets) => targets.removeFromSegment(value, 1)),
  },
  {
    name: "addToSegment(, segment)",
    kind: "segment",
    method: "POST",
    path: `targets/${id}/segments/{}`,
    run: (value) => service((targets) => targets.addToSegment(id, value)),
  },
  {
    name: "removeFromSegment(, segment)",
    kind: "segment",
    method: "DELETE",
    path: `targets/${id}/segments/{}`,
    run: (value) => service((targets) => targets.removeFromSegment(id, value)),
  },
  {
    name: "getByUnicity(unicity)",
    kind: "unicity",
    method: "GET",
    path: "targets",
    run: (value) => service((targets) => targets.getByUnicity(value)),
  },
  {
    name: "upsert(unicity)",
    kind: "unicity",
    method: "PUT",
    path: "targets",
    run: (value) => service((targets) => targets.upsert(value, values)),
  },
  {
    name: "upsert(, values)",
    kind: "values",
    method: "PUT",
    path: "targets",
    run: (value) => service((targets) => targets.upsert("a@b.c", value)),
  },
  {
    name: "create(values)",
    kind: "values",
    method: "POST",
    path: "targets",
    run: (value) => service((targets) => targets.create(value)),
  },
  {
    name: "update(, values)",
    kind: "values",
    method: "PUT",
    path: `targets/${id}`,
    run: (value) => service((targets) => targets.update(id, value)),
  },
  {
    name: "find(unicity)",
    kind: "unicity",
    method: "GET",
    path: "targets",
    run: (value) => service((targets) => targets.find(value)),
  },
  {
    name: "ensureInSegment(unicity)",
    kind: "unicity",
    method: "PUT",
    path: "targets",
    run: (value) => service((targets) => targets.ensureInSegment(value, values, 1)),
  },
  {
    name: "ensureInSegment(, values)",
    kind: "values",
    method: "PUT",
    path: "targets",
    run: (value) => service((targets) => targets.ensureInSegment("a@b.c", value, 1)),
  },
  {
    name: "deleteMany(selection)",
    kind: "selection",
    method: "DELETE",
    path: "targets",
    run: (value) => service((targets) => targets.deleteMany(value)),
  },
  {
    name: "withResponse.deleteMany(selection)",
    kind: "selection",
    method: "DELETE",
    path: "targets",
    run: (value) => service((targets) => targets.withResponse.deleteMany(value)),
  },
  {
    name: "a model's delete(id)",
    kind: "id",
    method: "DELETE",
    path: "targets/{}",
    run: (value) => model((contacts) => contacts.delete(value)),
  },
  {
    name: "a model's update(id)",
    kind: "id",
    method: "PUT",
    path: "targets/{}",
    run: (value) => model((contacts) => contacts.update(value, { name: "Doe" })),
  },
  {
    name: "a model's removeFromSegment(, segment)",
    kind: "segment",
    method: "DELETE",
    path: `targets/${id}/segments/{}`,
    run: (value) => model((contacts) => contacts.removeFromSegment(id, value)),
  },
  {
    name: "a model's getByUnicity({ email })",
    kind: "unicity",
    method: "GET",
    path: "targets",
    run: (value) => model((contacts) => contacts.getByUnicity({ email: value })),
  },
  {
    name: "a model's find({ email })",
    kind: "unicity",
    method: "GET",
    path: "targets",
    run: (value) => model((contacts) => contacts.find({ email: value })),
  },
  {
    name: "a model's ensureInSegment({ email })",
    kind: "unicity",
    method: "PUT",
    path: "targets",
    run: (value) => model((contacts) => contacts.ensureInSegment({ email: value }, 1)),
  },
  {
    name: "a model's upsert({ email })",
    kind: "unicity",
    method: "PUT",
    path: "targets",
    run: (value) => model((contacts) => contacts.upsert({ email: value })),
  },
  {
    name: "a model's update(, values)",
    kind: "values",
    method: "PUT",
    path: `targets/${id}`,
    run: (value) => model((contacts) => contacts.update(id, value)),
  },
  {
    name: "a model's deleteMany(selection)",
    kind: "selection",
    method: "DELETE",
    path: "targets",
    run: (value) => model((contacts) => contacts.deleteMany(value)),
  },
  {
    name: "Bulk.upsert(unicity)",
    kind: "unicity",
    method: "PUT",
    path: "targets",
    run: (unicity) => bulk(Bulk.upsert(() => ({ unicity, values })), undefined),
  },
  {
    name: "Bulk.ensureInSegment(, unicity)",
    kind: "unicity",
    method: "PUT",
    path: "targets",
    run: (unicity) => bulk(Bulk.ensureInSegment(1, () => ({ unicity, values })), undefined),
  },
  {
    name: "Bulk.create(values)",
    kind: "values",
    method: "POST",
    path: "targets",
    run: (value) => bulk(Bulk.create(() => value), undefined),
  },
  {
    name: "Bulk.update(id)",
    kind: "id",
    method: "PUT",
    path: "targets/{}",
    run: (value) => bulk(Bulk.update(() => ({ id: value, values })), undefined),
  },
  {
    name: "Bulk.addToSegment(, id)",
    kind: "id",
    method: "POST",
    path: "targets/{}/segments/1",
    run: (value) => bulk(Bulk.addToSegment(1, () => value), undefined),
  },
  {
    name: "Bulk.removeFromSegment(segment)",
    kind: "segment",
    method: "DELETE",
    path: `targets/${id}/segments/{}`,
    run: (value) => bulk(Bulk.removeFromSegment(value, () => id), undefined),
  },
  {
    name: 'Bulk.delete("id")',
    kind: "id",
    method: "DELETE",
    path: "targets",
    run: (value) => bulk(Bulk.delete("id", () => value), undefined),
  },
  {
    name: 'Bulk.delete("unicity")',
    kind: "unicity",
    method: "DELETE",
    path: "targets",
    run: (value) => bulk(Bulk.delete("unicity", () => value), undefined),
  },
]
