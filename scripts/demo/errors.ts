/**
 * Meets every error once: which call, under which circumstances, and what the program saw.
 *
 * @module
 */
import {
  type CommonFailure,
  type Conflict,
  type ConflictReason,
  type InvalidInput,
  type NotFound,
  Np6,
  RetryPolicy,
  Targets,
  type TargetsService,
} from "../../mod.ts"
import { Fault, Sandbox } from "../../src/sandbox/Sandbox.ts"
import { Data, Effect, type Layer, Redacted } from "effect"
import { field, segment } from "./account.ts"
import { bold, dim, print, red, type Screen, wrap } from "./screen.ts"

/** Whatever an operation may fail with. */
export type TargetsError = CommonFailure | NotFound | Conflict

type Name = Exclude<TargetsError["_tag"], "Conflict"> | `Conflict, ${ConflictReason}`

const nameOf = (error: TargetsError): Name =>
  error._tag === "Conflict" ? `Conflict, ${error.reason}` : error._tag

/** Whom the calls are about: a target that is in the segment of customers. */
export interface Subject {
  readonly id: string
  readonly address: string
}

interface Case {
  readonly when: string
  readonly call: (targets: TargetsService, subject: Subject) => Effect.Effect<unknown, TargetsError>
  /** Which key the call is made with, if not the one that may do everything. */
  readonly key?: "unknown" | "readOnly"
  /** What goes wrong on the way or at the server. */
  readonly fault?: Fault.Fault
}

// A record over the names, not a list: a name that is left out doesn't compile.
const cases: { readonly [N in Name]: Case } = {
  Unauthorized: {
    when: "with a key that NP6 doesn't know",
    key: "unknown",
    call: (targets, { id }) => targets.get(id),
  },
  Forbidden: {
    when: "with a key that may only read",
    key: "readOnly",
    call: (targets, { id }) => targets.delete(id),
  },
  NotFound: {
    when: "with an id that nobody has",
    call: (targets) => targets.get("00000000"),
  },
  "Conflict, UnicityTaken": {
    when: "with the address of a target that is there",
    call: (targets, { address }) => targets.create({ [field.email]: address }),
  },
  "Conflict, AlreadyInSegment": {
    when: "with one of its members",
    call: (targets, { id }) => targets.addToSegment(id, segment.customers),
  },
  "Conflict, DynamicSegment": {
    when: "from a segment that a query fills",
    call: (targets, { id }) => targets.removeFromSegment(id, segment.active),
  },
  InvalidInput: {
    when: "with an empty id, which would address every target",
    call: (targets) => targets.delete(""),
  },
  BadRequest: {
    when: "with a label that isn't in the value list",
    call: (targets, { id }) => targets.update(id, { [field.civility]: "Captain" }),
  },
  RateLimited: {
    when: "when there were too many calls",
    fault: Fault.rateLimited({ retryAfter: 2 }),
    call: (targets, { id }) => targets.get(id),
  },
  ServerError: {
    when: "during maintenance",
    fault: Fault.status(503),
    call: (targets) => targets.list,
  },
  UnexpectedResponse: {
    when: "through a proxy that redirects",
    fault: Fault.redirect("https://elsewhere.test/login"),
    call: (targets, { id }) => targets.get(id),
  },
  TransportError: {
    when: "when the connection breaks in the middle of the answer",
    fault: Fault.truncate(),
    call: (targets, { address, id }) => targets.update(id, { [field.email]: address }),
  },
}

/** A call of the table didn't fail as it should. */
export class WrongError extends Data.TaggedError("WrongError")<{ readonly message: string }> {}

/** Makes a client with another key. */
export type Connect = (apiKey: Redacted.Redacted<string>) => Layer.Layer<Targets, InvalidInput>

const meet = Effect.fnUntraced(function* (
  name: string,
  { call, fault, key, when }: Case,
  subject: Subject,
  connect: Connect,
): Effect.fn.Return<TargetsError, WrongError | InvalidInput, Targets | Sandbox | Screen> {
  const sandbox = yield* Sandbox
  if (fault !== undefined) yield* sandbox.script({ fault })
  const called = Effect.flatMap(Targets, (targets) =>
    // The error is what the call is for here, so it becomes the value.
    Effect.flip(call(targets, subject)).pipe(
      Effect.mapError(() => new WrongError({ message: `${name}: the call succeeded.` })),
    ))
  const error = yield* key === undefined ? called : Effect.provide(
    called,
    connect(key === "readOnly" ? sandbox.keys.readOnly : Redacted.make("nobody-s-key")),
  )
  if (nameOf(error) !== name) {
    return yield* new WrongError({ message: `${name}: the call failed with ${nameOf(error)}.` })
  }
  const sent = error.attempts === 0 ? "nothing sent" : `${error.attempts} request`
  yield* print(
    `  ${red(bold(name))} ${dim("·")} ${error.operation} ${when}`,
    wrap(error.message, "      "),
    dim(`      applied: ${error.applied}, ${sent}`),
  )
  return error
})

/** Meets every error once, without retries, so that each shows at its first occurrence. */
export const meetErrors = (
  subject: Subject,
  connect: Connect,
): Effect.Effect<
  ReadonlyArray<TargetsError>,
  WrongError | InvalidInput,
  Targets | Sandbox | Screen
> =>
  Effect.forEach(
    Object.entries(cases),
    ([name, row]) => meet(name, row, subject, connect),
  ).pipe(Np6.withRetryPolicy(RetryPolicy.none))
