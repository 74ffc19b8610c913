/**
 * The life of some hundred targets, from a file of contacts to a bulk deletion, over HTTP.
 *
 * @module
 */
import { Targets } from "../../mod.ts"
import { Fault, Sandbox, type SandboxListenError } from "../../src/sandbox/Sandbox.ts"
import { Data, Effect } from "effect"
import type { Csv } from "effect/encoding"
import { readFile } from "node:fs/promises"
import { claimsOf, type Life, rowsOf } from "./closing.ts"
import { type ContactFile, type NotContacts, readContacts } from "./contacts.ts"
import { type Connect, meetErrors, type TargetsError, type WrongError } from "./errors.ts"
import { importAll, type Imported, repeats } from "./import.ts"
import { check, type NumbersDiffer, printTable } from "./report.ts"
import { bold, print, type Screen } from "./screen.ts"
import { step } from "./step.ts"
import * as Steps from "./steps.ts"

/** The file of contacts can't be read. */
export class Unreadable extends Data.TaggedError("Unreadable")<{ readonly message: string }> {}

/** The file has too few contacts for all steps. */
export class TooFew extends Data.TaggedError("TooFew")<{ readonly message: string }> {}

/** Whatever ends the demo early. */
export type DemoError =
  | TargetsError
  | Unreadable
  | TooFew
  | Csv.CsvError
  | NotContacts
  | SandboxListenError
  | WrongError
  | NumbersDiffer

const readFileOfContacts: Effect.Effect<
  ContactFile,
  Unreadable | Csv.CsvError | NotContacts,
  Screen
> = Effect.gen(function* () {
  const csv = yield* Effect.tryPromise({
    try: () => readFile(new URL("./contacts.csv", import.meta.url), "utf8"),
    catch: (cause) => new Unreadable({ message: `contacts.csv can't be read: ${cause}` }),
  })
  const file = yield* readContacts(csv)
  yield* print(
    `  ${file.contacts.length} contacts`,
    ...file.badLines.map(({ line, problem }) => `  Line ${line} is skipped: ${problem}`),
    ...repeats(file.contacts).map(({ line, of }) =>
      `  Line ${line} has the address of line ${of}: one target, where the later values win`
    ),
  )
  return file
})

const upsertContacts = Effect.fnUntraced(function* (
  { contacts }: ContactFile,
): Effect.fn.Return<Imported, never, Targets | Sandbox | Screen> {
  const sandbox = yield* Sandbox
  // On loopback an answer takes next to no time, and there would be no progress to see.
  yield* sandbox.script({
    on: { operation: "targets.upsert" },
    times: Infinity,
    fault: Fault.latency("25 millis"),
  })
  const imported = yield* importAll(contacts)
  const { people, refused, written } = imported
  yield* print(
    `  ${people.length} created, ${written - people.length} updated, ${refused.length} refused`,
    ...refused.map(({ line, error }) => `  Line ${line}: ${error.message}`),
  )
  return imported
})

const live = Effect.fnUntraced(function* (
  connect: Connect,
): Effect.fn.Return<Life, DemoError, Targets | Sandbox | Screen> {
  const read = yield* step("Read contacts.csv", readFileOfContacts)
  const imported = yield* step("Upsert them, eight at a time", upsertContacts(read.value))
  const { people } = imported.value
  const [first] = people
  const [lost, gone, ...others] = Steps.withoutOrders(people)
  if (first === undefined || lost === undefined || gone === undefined) {
    return yield* new TooFew({ message: "Too few contacts were written to go on." })
  }

  const found = yield* step("Look one up", Steps.lookUp(first))
  const joined = yield* step("Fill a segment", Steps.fillSegment(people))
  const [member] = joined.value.members
  if (member === undefined) {
    return yield* new TooFew({ message: "Nobody in the file belongs in the segment." })
  }

  const errors = yield* step("Meet every error once", meetErrors(member, connect))
  const saved = yield* step("Lose the answer to a deletion", Steps.deleteDespiteLoss(lost))
  const streamed = yield* step("Stream the list", Steps.countAll)
  const deleted = yield* step("Delete one", Steps.deleteOne(gone))
  const bulk = yield* step(
    "Delete all who never ordered, by unicity",
    Steps.deleteAll([gone, ...others]),
  )
  return { read, imported, found, joined, errors, saved, streamed, deleted, bulk }
})

/** The demo: starts the sandbox, does everything there is to do, and checks what came of it. */
export const demo: Effect.Effect<void, DemoError, Screen> = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const { url } = yield* Sandbox.serve()
  const connect: Connect = (apiKey) =>
    Targets.layerFetch({ apiKey, baseUrl: url, timeout: "5 seconds" })
  yield* print(bold(`An embedded NP6 is listening on ${url}`))

  const life = yield* Effect.provide(live(connect), connect(sandbox.keys.full))

  yield* print("", bold("What was done"))
  yield* printTable(rowsOf(life))
  yield* print("", bold("What the server says"))
  const { targets } = yield* sandbox.state
  yield* check(claimsOf(life, { requests: yield* sandbox.requests, targets }))
}).pipe(Effect.scoped, Effect.provide(Sandbox.layer))
