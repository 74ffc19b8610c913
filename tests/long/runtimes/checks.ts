/**
 * The checks, as data: which faults strike which operations, and how.
 *
 * @module
 */
import { type Fault, faults } from "../faults/faults.ts"
import { type Operation, operations } from "../faults/operations.ts"
import type { Circumstances } from "../faults/rules.ts"

export interface Check extends Circumstances {
  readonly operation: Operation
  readonly fault: Fault
}

/** The faults of the matrix that runtimes differ in, by when the connection breaks. */
export const struck: Readonly<Record<string, ReadonlyArray<string>>> = {
  "no connection": ["connection refused"],
  "before the head": [
    "reset before the request is read",
    "reset after the effect",
    "half-close before the request is read",
    "half-close after the effect",
    "no HTTP",
  ],
  "after the head, in the body": ["reset mid-body", "cut, with a length", "cut, chunked"],
  "never answers": [
    "hang, the request lost",
    "hang after the effect",
    "silence after the head",
    "silence mid-body",
  ],
  "a status": [
    "307 to another port",
    "401",
    "407",
    "421",
    "503 after the effect",
    "403, a page of HTML",
    "206",
  ],
}

const named = (name: string): Fault => {
  const fault = faults.find((fault) => fault.name === name)
  if (fault === undefined) throw new Error(`no fault ${name}`)
  return fault
}

/** Whether the fault is met by waiting until the timeout. */
export const isSilent = ({ seen }: Fault): boolean =>
  seen._tag === "Silence" || (seen._tag === "Answered" && seen.body === "silent")

/** Over a fresh connection, over a used one, and struck once, so that a retry succeeds. */
const ways: ReadonlyArray<Circumstances> = [
  { strikes: "always", connection: "fresh", client: "own" },
  { strikes: "always", connection: "used", client: "own" },
  { strikes: "once", connection: "used", client: "own" },
]

export const checks: ReadonlyArray<Check> = Object.values(struck).flat().map(named).flatMap((
  fault,
) =>
  // A port that refuses does so until it listens again.
  ways.filter(({ strikes }) => strikes === "always" || fault.act !== "refused").flatMap((way) =>
    operations.map((operation) => ({ fault, operation, ...way }))
  )
)

/** The checks of a smoke: connections that break under writes, and a timeout. */
export const smoke: ReadonlyArray<Check> = checks.filter(({ fault, operation, strikes }) =>
  strikes === "once"
    ? /^reset|^half-close/.test(fault.name) && operation.writes
    : fault.name === "hang after the effect" && operation.name === "upsert"
)
