/**
 * What the closing table says, and what the server has to say about it.
 *
 * @module
 */
import type { DeletionReport } from "../../mod.ts"
import type { SandboxRequest, SandboxTarget } from "../../src/sandbox/SandboxService.ts"
import { Equal } from "effect"
import { segment } from "./account.ts"
import type { ContactFile } from "./contacts.ts"
import type { TargetsError } from "./errors.ts"
import type { Imported } from "./import.ts"
import type { Claim, Row } from "./report.ts"
import type { Step } from "./step.ts"
import type { Membership, Streamed } from "./steps.ts"

/** All steps of the demo. */
export interface Life {
  readonly read: Step<ContactFile>
  readonly imported: Step<Imported>
  readonly found: Step<void>
  readonly joined: Step<Membership>
  readonly errors: Step<ReadonlyArray<TargetsError>>
  readonly saved: Step<void>
  readonly streamed: Step<Streamed>
  readonly deleted: Step<void>
  readonly bulk: Step<DeletionReport>
}

/** What the server knows when all is done. */
export interface Server {
  readonly requests: ReadonlyArray<SandboxRequest>
  readonly targets: ReadonlyArray<SandboxTarget>
}

const sum = (...numbers: ReadonlyArray<number>): number => numbers.reduce((a, b) => a + b, 0)

/** The rows of the closing table. */
export const rowsOf = (life: Life): ReadonlyArray<Row> => {
  const { badLines, contacts } = life.read.value
  const { people, refused, written } = life.imported.value
  const { joined, left } = life.joined.value
  return [
    {
      ...life.read,
      what: `Lines read: ${contacts.length} contacts, ${badLines.length} skipped`,
      count: contacts.length + badLines.length,
    },
    {
      ...life.imported,
      what: `Upserted: ${people.length} created, ${
        written - people.length
      } updated, ${refused.length} refused`,
      count: contacts.length,
    },
    { ...life.found, what: "Targets looked up", count: 2 },
    { ...life.joined, what: "Joined a segment, or left it", count: joined + left },
    { ...life.errors, what: "Errors met", count: life.errors.value.length },
    { ...life.saved, what: "Deleted although the answer got lost", count: 1 },
    { ...life.streamed, what: "Targets streamed", count: life.streamed.value.count },
    { ...life.deleted, what: "Deleted one", count: 1 },
    { ...life.bulk, what: "Deleted in bulk", count: life.bulk.value.deleted.length },
  ]
}

/** The numbers that the program and the server must agree on. */
export const claimsOf = (life: Life, { requests, targets }: Server): ReadonlyArray<Claim> => {
  const { contacts } = life.read.value
  const { people, written, refused } = life.imported.value
  const { joined, left, members } = life.joined.value
  const errors = life.errors.value
  const values = new Map(people.map((person) => [person.id, person.values]))
  const deletions = [1, 1, life.bulk.value.deleted.length]
  return [
    {
      what: "Contacts that were upserted, or refused",
      program: written + refused.length,
      server:
        requests.filter(({ operation, status }) =>
          operation === "targets.upsert" && status !== undefined
        )
          .length,
    },
    {
      what: "Targets in the list when it was streamed",
      program: life.streamed.value.count,
      server: life.streamed.value.there,
    },
    {
      what: "Targets left",
      program: people.length - sum(...deletions),
      server: targets.length,
    },
    {
      what: "Targets left that hold what the file says",
      program: people.length - sum(...deletions),
      server: targets.filter(({ id, fields }) => Equal.equals(values.get(id), fields)).length,
    },
    {
      what: "Members of the segment",
      program: members.length,
      server: targets.filter((target) => target.segments.includes(segment.customers)).length,
    },
    {
      what: "Requests that changed something, once each",
      // The call that failed halfway was applied, which the program can't know.
      program: written + joined + left + deletions.length +
        errors.filter((error) => error.applied === "unknown").length,
      server: requests.filter((request) => request.applied).length,
    },
    {
      what: "Requests that were answered, one a call",
      program: contacts.length + 2 + joined + left + deletions.length + 1 +
        errors.filter((error) => error.attempts > 0).length,
      server: requests.filter((request) => request.status !== undefined).length,
    },
  ]
}
