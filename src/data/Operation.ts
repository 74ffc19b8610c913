/**
 * The names of operations, as they appear in errors and spans.
 *
 * @module
 */
import * as Schema from "effect/Schema"

/**
 * The name of an operation, the same everywhere: in an error's `operation` field, as the name of a
 * span and in its `np6.operation` attribute.
 *
 * The names that are listed here are those of {@link Targets} and {@link Account}, and `"np6.layer"`
 * for an option that a layer refuses. The type is open, so that a program can name operations of its
 * own: a model's `encode` takes one, for example.
 *
 * `targets.list` and `targets.stream` are two readings of the same endpoint, `GET /targets`.
 */
export type Operation =
  | "targets.list"
  | "targets.stream"
  | "targets.get"
  | "targets.getByUnicity"
  | "targets.upsert"
  | "targets.create"
  | "targets.update"
  | "targets.addToSegment"
  | "targets.removeFromSegment"
  | "targets.delete"
  | "targets.deleteMany"
  | "account.fields"
  | "account.valueLists"
  | "account.segments"
  | "account.segment"
  | "account.segmentMembers"
  | "account.count"
  | "account.bounces"
  | "account.redList"
  | "account.fieldNamed"
  | "account.segmentNamed"
  | "np6.layer"
  | (string & Record<never, never>)

/** The schema of an operation's name: any text, see the type of the same name. */
export const Operation: Schema.Codec<Operation, string> = Schema.String
