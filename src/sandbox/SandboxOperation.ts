/** The names of the operations that requests are for. */

export const operationNames = [
  "targets.list",
  "targets.get",
  "targets.getByUnicity",
  "targets.upsert",
  "targets.create",
  "targets.update",
  "targets.addToSegment",
  "targets.removeFromSegment",
  "targets.delete",
  "targets.deleteMany",
  "targets.segments",
  "account.fields",
  "account.valueLists",
  "account.segments",
  "account.segment",
  "account.segmentMembers",
  "account.count",
  "account.bounces",
  "account.redList",
  "segments.addTargets",
  "actions.addTarget",
  "unknown",
] as const

/**
 * The operation that a request is for, by the name that the client gives it: `targets.list` for
 * every `GET /targets`, whether the client streams it or not.
 *
 * `targets.segments`, `segments.addTargets` and `actions.addTarget` are routes that the client does
 * not call; `unknown` is a path or a method that the sandbox doesn't have.
 */
export type SandboxOperation = typeof operationNames[number]
