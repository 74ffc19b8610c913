/**
 * Seeds as they come: from a program, or as JSON text.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Problem } from "./account.ts"
import { parseIssue } from "./issue.ts"
import { offsetOf, positionAt, problemIn } from "./jsonText.ts"
import { InvalidSeed, SandboxSeed, type SeedTarget } from "./Seed.ts"

export const decodeSeed = (input: unknown): Result.Result<SandboxSeed, Problem> =>
  Result.mapError(
    Schema.decodeUnknownResult(SandboxSeed)(input, { onExcessProperty: "error" }),
    ({ issue }) => {
      const { message, path } = parseIssue(issue)
      return { problem: message, path }
    },
  )

const isText = (value: unknown): boolean => typeof value === "string"

const isContent = (value: unknown): boolean =>
  value === null || isText(value) || Number.isFinite(value) ||
  (Array.isArray(value) && value.every(isText))

const plainKeys: { readonly [key: string]: (value: unknown) => boolean } = {
  id: (value) => isText(value) && /^[0-9A-Z]{8}$/.test(String(value)),
  hash: isText,
  creationDate: isText,
  lastUpdateDate: isText,
  fields: (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every(isContent),
  segments: (value) =>
    Array.isArray(value) &&
    value.every((one) => Number.isInteger(one) && one > 0 && one <= 2_147_483_647),
  bounce: (value) => Array.isArray(value) && value.length === 0,
  redList: (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.keys(value).length === 0,
}

/**
 * Whether a value is a target as most are, for which the schema need not be asked: it takes 20 µs a
 * target, and a seed may have 100,000.
 */
const isPlainTarget = (value: unknown): value is SeedTarget =>
  typeof value === "object" && value !== null && "fields" in value &&
  Object.entries(value).every(([key, one]) =>
    Object.hasOwn(plainKeys, key) && plainKeys[key]?.(one) === true
  )

const decodeParsed = (input: unknown): Result.Result<SandboxSeed, Problem> => {
  if (typeof input !== "object" || input === null || !("targets" in input)) return decodeSeed(input)
  const { targets, ...rest } = input
  if (!Array.isArray(targets) || !targets.every(isPlainTarget)) return decodeSeed(input)
  return Result.map(decodeSeed(rest), (seed) => ({ ...seed, targets }))
}

/** Reads a seed's JSON. A problem later on is placed in the text with {@link inText}. */
export const readSeed = (json: string): Result.Result<SandboxSeed, InvalidSeed> => {
  const text = json.replace(/^\uFEFF/, "")
  const broken = problemIn(text)
  if (broken !== undefined) {
    const { offset, problem } = broken
    return Result.fail(new InvalidSeed({ problem, path: [], position: positionAt(text, offset) }))
  }
  return Result.mapError(decodeParsed(JSON.parse(text)), inText(json))
}

/** A problem of a seed, with the line and column of its text. */
export const inText = (json: string) => (problem: Problem): InvalidSeed => {
  const text = json.replace(/^\uFEFF/, "")
  return new InvalidSeed({ ...problem, position: positionAt(text, offsetOf(text, problem.path)) })
}

export const inProgram = (problem: Problem): InvalidSeed =>
  new InvalidSeed({ ...problem, position: undefined })
