/**
 * What a schema found wrong, in words that can be shown: the place and the expectation, never the
 * value.
 *
 * @module
 */
import * as SchemaIssue from "effect/SchemaIssue"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

// A key of a map is data, which an address or a telephone number may be, and must not come out here.
const known = new Set([
  "bounce",
  "bounces",
  "constraint",
  "creation",
  "creationDate",
  "description",
  "detail",
  "expiration",
  "field",
  "fieldId",
  "fields",
  "formId",
  "hash",
  "id",
  "index",
  "isCriterion",
  "isMandatory",
  "isTest",
  "isUnicity",
  "lastUpdateDate",
  "mail",
  "message",
  "name",
  "operator",
  "ordered",
  "origin",
  "parentId",
  "reason",
  "redList",
  "searchId",
  "sms",
  "targetsCount",
  "timestamp",
  "type",
  "unicity",
  "value",
  "valueListId",
  "values",
])
const isShown = (key: string): boolean => known.has(key) || /^(?:0|[1-9]\d{0,5})$/.test(key)

const pathOf = (path: ReadonlyArray<unknown>): string =>
  path.map(String).map((key) => isShown(key) ? key : "…").join(".")

/** The first thing that is wrong: where (empty for the whole value), and what was expected. */
export const firstProblem = (
  issue: SchemaIssue.Issue,
): { readonly path: string; readonly problem: string } => {
  const first = format(issue).issues[0]
  return { path: pathOf(first?.path ?? []), problem: first?.message ?? "invalid" }
}
