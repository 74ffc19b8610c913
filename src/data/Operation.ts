/**
 * The names of the operations on targets, as they appear in errors, spans and the sandbox's log.
 *
 * @module
 */
import * as Schema from "effect/Schema"

/**
 * The name of one operation of {@link Targets}: what an error's `operation` field, a span's
 * `np6.operation` attribute and a sandbox request record carry.
 *
 * `list` and `stream` are two readings of the same endpoint, `GET /targets`.
 *
 * @example
 * ```ts
 * import type { Operation } from "@effect-np6/targets"
 *
 * const reads: ReadonlyArray<Operation> = [
 *   "get",
 *   "getByUnicity",
 *   "list",
 *   "stream",
 * ]
 * ```
 */
export type Operation =
  | "list"
  | "stream"
  | "get"
  | "getByUnicity"
  | "upsert"
  | "create"
  | "update"
  | "addToSegment"
  | "removeFromSegment"
  | "delete"
  | "deleteMany"

/**
 * The schema of an operation's name: see the type of the same name.
 *
 * @example
 * ```ts
 * import { Operation } from "@effect-np6/targets"
 *
 * Operation.literals.length // 11
 * ```
 */
export const Operation: Schema.Literals<
  readonly [
    "list",
    "stream",
    "get",
    "getByUnicity",
    "upsert",
    "create",
    "update",
    "addToSegment",
    "removeFromSegment",
    "delete",
    "deleteMany",
  ]
> = Schema.Literals([
  "list",
  "stream",
  "get",
  "getByUnicity",
  "upsert",
  "create",
  "update",
  "addToSegment",
  "removeFromSegment",
  "delete",
  "deleteMany",
])
