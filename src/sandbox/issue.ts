import * as SchemaIssue from "effect/SchemaIssue"
import type { JsonPath } from "./jsonText.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Effect's messages about keys, for people who write JSON and no schema. */
const plain: { readonly [message: string]: string } = {
  "Expected no excess property": "there is no such property",
  "Missing key": "it is missing",
}

/** The first thing that a schema found wrong. */
export const parseIssue = (
  issue: SchemaIssue.Issue,
): { readonly message: string; readonly path: JsonPath } => {
  const [first] = format(issue).issues
  const path = (first?.path ?? []).map((key) =>
    typeof key === "number" || typeof key === "string" ? key : String(key)
  )
  const message = first?.message ?? ""
  return { message: plain[message] ?? message, path }
}
