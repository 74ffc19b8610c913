/**
 * The bulk operators, and what each of them means to do with an input.
 *
 * @module
 */
import * as Bulk from "../../../src/bulk/Bulk.ts"
import type { CommonFailure, Conflict, NotFound } from "../../../src/client/Errors.ts"
import { addressField, type Contact } from "./secondNp6.ts"

/** One input: what is to be done to whom. */
export interface Input {
  /** Its place among the inputs, from 0; written into the target where the operator writes. */
  readonly n: number
  /** Empty in an input that can't be sent. */
  readonly address: string
  readonly id: string
}

/** The outcome of an input. */
export type Outcome = Bulk.Outcome<Input, unknown, Failure> | Bulk.Interrupted<Input>

type Failure = CommonFailure | NotFound | Conflict

/** A bulk operator under proof. */
export interface Operator {
  readonly run: (
    options: Bulk.BulkOptions<Input, unknown, Failure>,
  ) => Bulk.Operator<Input, unknown, Failure>
  /** How many inputs one call is for. */
  readonly unit: number
  /** Inputs of the same key are for the same target. */
  readonly key: (input: Input) => string
  /** Whether those are never under way at once. */
  readonly isOrdered: boolean
  /** What there is to see of the operator's effect in a target. */
  readonly look: (contact: Contact | undefined) => string
  /** What is to be seen once the input is done, after what was to be seen before. */
  readonly after: (input: Input, before: string) => string
  /** What may be to be seen when it wasn't. Left out: nothing new, or else the same as when done. */
  readonly left?: (outcome: Unfinished, before: string) => ReadonlyArray<string>
}

/** The outcome of an input whose call didn't succeed. */
export type Unfinished =
  | Bulk.Failed<Input, Failure>
  | Bulk.NotTried<Input>
  | Bulk.Interrupted<Input>

/** The field that says which input wrote last. */
export const tagField = 8108

/** The segment of the proofs. */
export const segment = 12345

/** How many inputs one bulk delete has. */
export const chunkSize = 10

const values = ({ n, address }: Input) => ({
  [addressField]: address,
  [tagField]: String(n),
  // A field that only some write: the others must leave it alone.
  ...(n % 3 === 0 ? { 8106: n } : {}),
})

const byAddress = ({ address }: Input): string => address
const byId = ({ id }: Input): string => id

const upserting = (input: Input) => ({ unicity: input.address, values: values(input) })

/** What is to be seen where there is no target. */
export const nobody = "nobody"

const tagOf = (contact: Contact | undefined): string =>
  contact === undefined ? nobody : `written by ${contact.fields[tagField] ?? "nobody"}`
const tagAfter = ({ n }: Input): string => `written by ${n}`
const isMember = (contact: Contact | undefined): boolean =>
  contact?.segments.includes(segment) === true
const membership = (contact: Contact | undefined): string =>
  contact === undefined ? nobody : isMember(contact) ? "in" : "out"
const existence = (contact: Contact | undefined): string =>
  contact === undefined ? nobody : "somebody"

const deletion = (by: "id" | "unicity", key: (input: Input) => string): Operator => ({
  run: (options) => Bulk.delete(by, key, { ...options, chunkSize }),
  unit: chunkSize,
  key,
  isOrdered: false,
  look: existence,
  after: () => nobody,
})

/** The operators, by the names they have in reports. */
export const operators = {
  upsert: {
    run: (options) => Bulk.upsert(upserting, options),
    unit: 1,
    key: byAddress,
    isOrdered: true,
    look: tagOf,
    after: tagAfter,
  },
  create: {
    run: (options) => Bulk.create(values, options),
    unit: 1,
    key: byAddress,
    isOrdered: false,
    look: tagOf,
    after: (input, before) => before === nobody ? tagAfter(input) : before,
  },
  update: {
    run: (options) =>
      Bulk.update(
        // Without the address: an update that names it may be refused as taken.
        ({ id, n }) => ({ id, values: { [tagField]: String(n) } }),
        options,
      ),
    unit: 1,
    key: byId,
    isOrdered: true,
    look: tagOf,
    after: tagAfter,
  },
  addToSegment: {
    run: (options) => Bulk.addToSegment(segment, byId, options),
    unit: 1,
    key: byId,
    isOrdered: true,
    look: membership,
    after: () => "in",
  },
  removeFromSegment: {
    run: (options) => Bulk.removeFromSegment(segment, byId, options),
    unit: 1,
    key: byId,
    isOrdered: true,
    look: (contact) => isMember(contact) ? "in" : "out",
    after: () => "out",
  },
  ensureInSegment: {
    run: (options) => Bulk.ensureInSegment(segment, upserting, options),
    unit: 1,
    key: byAddress,
    isOrdered: true,
    look: (contact) => contact === undefined ? nobody : `${tagOf(contact)}, ${membership(contact)}`,
    after: (input) => `${tagAfter(input)}, in`,
    // The two steps of it: the target is written before it is added.
    left: (outcome, before) => {
      const membership = before.split(", ").at(-1) ?? nobody
      const written = `${tagAfter(outcome.input)}, ${membership === nobody ? "out" : membership}`
      const all = `${tagAfter(outcome.input)}, in`
      if (outcome._tag !== "Failed") return [before, written, all]
      const { applied, operation } = outcome.error
      if (operation === "targets.addToSegment") return applied === "no" ? [written] : [written, all]
      return applied === "no" ? [before] : [before, written]
    },
  },
  "delete by id": deletion("id", byId),
  "delete by unicity": deletion("unicity", byAddress),
} satisfies Readonly<Record<string, Operator>>
