/**
 * The operations, a row each: what the matrix asks for, and what the project promises of it. This is
 * written down from the table of endpoints in the documentation, and not taken from the library.
 */
import { Effect, Stream } from "effect"
import type { CommonFailure, Conflict, NotFound, Np6Response, Targets } from "../../../mod.ts"
import type { SandboxSeed } from "../../../src/sandbox/Sandbox.ts"
import type { SandboxTarget } from "../../../src/sandbox/SandboxService.ts"

/** All that any operation fails with. */
export type Failure = CommonFailure | NotFound | Conflict

type WithResponse = Targets["Service"]["withResponse"]
type Call = Effect.Effect<Np6Response<unknown>, Failure>

export interface Operation {
  readonly name: string
  readonly run: (targets: WithResponse) => Call
  /** Whether it changes anything at NP6. */
  readonly writes: boolean
  /** Whether what it writes is in a body. */
  readonly hasBody?: true
  /** Whether it is sent again although an attempt may have been applied. */
  readonly replays: boolean
  /** What a 2xx holds that is read; `nothing` where its status says all. */
  readonly reads: "list" | "stream" | "target" | "report" | "nothing"
  /** The documented failures by status, as `tag` or `tag/reason`. */
  readonly documented: { readonly [status: number]: string }
  /** What NP6 answers to the same request after it has been applied. */
  readonly again: number
  /** The answer that counts as success after an attempt that may have been applied. */
  readonly done?: number
  /** Whether these targets are those of the seed after the operation was applied, once. */
  readonly isDone: (targets: ReadonlyArray<SandboxTarget>) => boolean
}

const jane = "000JANE0"
const joe = "000J0E00"
const newcomer = "new@example.com"

/** The account that each cell starts from. */
export const seed: SandboxSeed = {
  targets: [
    { id: jane, fields: { 8103: "jane@example.com" } },
    { id: joe, fields: { 8103: "joe@example.com" }, segments: [12345] },
  ],
}

const denied = { 401: "Unauthorized", 403: "Forbidden" }
const denied404 = { ...denied, 404: "NotFound" }

const by = (targets: ReadonlyArray<SandboxTarget>, id: string): SandboxTarget | undefined =>
  targets.find((target) => target.id === id)
const isAdded = (targets: ReadonlyArray<SandboxTarget>): boolean =>
  targets.length === 3 && targets[2]?.fields[8103] === newcomer
const isJaneGone = (targets: ReadonlyArray<SandboxTarget>): boolean =>
  targets.length === 1 && by(targets, joe) !== undefined
const never = () => false

/** The response of a stream, with the stream's values. */
const drained = (targets: WithResponse): Call =>
  Effect.scoped(Effect.flatMap(
    targets.stream,
    (response) =>
      Effect.map(Stream.runCollect(response.value), (value) => ({ ...response, value })),
  ))

export const operations: ReadonlyArray<Operation> = [
  {
    name: "list",
    run: (targets) => targets.list,
    writes: false,
    replays: true,
    reads: "list",
    documented: denied,
    again: 200,
    isDone: never,
  },
  {
    name: "stream",
    run: drained,
    writes: false,
    replays: true,
    reads: "stream",
    documented: denied,
    again: 200,
    isDone: never,
  },
  {
    name: "get",
    run: (targets) => targets.get(jane),
    writes: false,
    replays: true,
    reads: "target",
    documented: denied404,
    again: 200,
    isDone: never,
  },
  {
    name: "getByUnicity",
    run: (targets) => targets.getByUnicity("jane@example.com"),
    writes: false,
    replays: true,
    reads: "target",
    documented: denied404,
    again: 200,
    isDone: never,
  },
  {
    name: "upsert",
    run: (targets) => targets.upsert(newcomer, { 8103: newcomer }),
    writes: true,
    hasBody: true,
    replays: true,
    reads: "target",
    documented: denied,
    again: 200,
    isDone: isAdded,
  },
  {
    name: "update",
    run: (targets) => targets.update(jane, { 8102: "Doe" }),
    writes: true,
    hasBody: true,
    replays: true,
    reads: "target",
    documented: { ...denied404, 409: "Conflict/UnicityTaken" },
    again: 200,
    isDone: (targets) => targets.length === 2 && by(targets, jane)?.fields[8102] === "Doe",
  },
  {
    name: "create",
    run: (targets) => targets.create({ 8103: newcomer }),
    writes: true,
    hasBody: true,
    replays: false,
    reads: "target",
    documented: { ...denied, 409: "Conflict/UnicityTaken" },
    again: 409,
    isDone: isAdded,
  },
  {
    name: "create (opted in)",
    run: (targets) => targets.create({ 8103: newcomer }),
    writes: true,
    hasBody: true,
    replays: true,
    reads: "target",
    documented: { ...denied, 409: "Conflict/UnicityTaken" },
    again: 409,
    isDone: isAdded,
  },
  {
    name: "addToSegment",
    run: (targets) => targets.addToSegment(jane, 12345),
    writes: true,
    replays: true,
    reads: "nothing",
    documented: { ...denied404, 409: "Conflict/AlreadyInSegment" },
    again: 409,
    done: 409,
    isDone: (targets) => targets.length === 2 && by(targets, jane)?.segments.join() === "12345",
  },
  {
    name: "removeFromSegment",
    run: (targets) => targets.removeFromSegment(joe, 12345),
    writes: true,
    replays: true,
    reads: "nothing",
    documented: { ...denied404, 409: "Conflict/DynamicSegment" },
    again: 404,
    done: 404,
    isDone: (targets) => targets.length === 2 && by(targets, joe)?.segments.length === 0,
  },
  {
    name: "delete",
    run: (targets) => targets.delete(jane),
    writes: true,
    replays: true,
    reads: "nothing",
    documented: denied404,
    again: 404,
    done: 404,
    isDone: isJaneGone,
  },
  {
    name: "deleteMany",
    run: (targets) => targets.deleteMany({ type: "id", value: [jane] }),
    writes: true,
    hasBody: true,
    replays: true,
    reads: "report",
    documented: denied404,
    again: 404,
    done: 404,
    isDone: isJaneGone,
  },
]

/** A call that changes nothing and should succeed whenever the network does. */
export const healthy = (targets: WithResponse): Call => targets.get(joe)
