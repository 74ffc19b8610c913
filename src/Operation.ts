/**
 * The names of the operations on targets, as they appear in errors, spans and the sandbox's log.
 *
 * @module
 */

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
 * const safeToRepeat: ReadonlyArray<Operation> = ["get", "getByUnicity", "list"]
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
