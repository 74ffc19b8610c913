/**
 * Look-ups by name: made once and kept.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { InvalidInput } from "../client/Errors.ts"
import { foldName } from "../data/name.ts"
import { quoted } from "../data/labels.ts"
import { suggest } from "../data/suggest.ts"
import { scrub } from "../http/scrub.ts"
import { AmbiguousName, UnknownName } from "./NameErrors.ts"

interface Named {
  readonly id: number
  readonly name: string
}

/** What is looked up, and how it is called. */
interface Kind {
  readonly operation: "account.fieldNamed" | "account.segmentNamed"
  readonly one: string
  readonly several: string
}

/** Fields. */
export const fieldKind: Kind = {
  operation: "account.fieldNamed",
  one: "field",
  several: "fields",
}

/** Segments. */
export const segmentKind: Kind = {
  operation: "account.segmentNamed",
  one: "segment",
  several: "segments",
}

/** How long one reading of the account serves names that weren't found yet. */
const isFresh = Duration.minutes(1)

type LookUpFailure = UnknownName | AmbiguousName | InvalidInput

/** Makes the look-up of a kind, from the effect that reads all of that kind. */
export const makeLookUp = Effect.fnUntraced(function* <A extends Named, E>(
  kind: Kind,
  readAll: Effect.Effect<ReadonlyArray<A>, E>,
): Effect.fn.Return<(name: string) => Effect.Effect<A, LookUpFailure | E>> {
  // Calls at the same time share a reading, and its failure; later ones don't share that.
  const all = yield* Effect.cachedWithTTL(
    readAll,
    (exit) => Exit.isSuccess(exit) ? isFresh : Duration.zero,
  )
  const found = new Map<string, A>()
  return Effect.fnUntraced(function* (name: string): Effect.fn.Return<A, LookUpFailure | E> {
    const kept = found.get(name)
    if (kept !== undefined) return kept
    if (typeof name !== "string") return yield* notText(kind)
    const one = yield* Effect.fromResult(find(kind, yield* all, name))
    found.set(name, one)
    return one
  })
})

/** Finds the very name; where nothing has it, one that differs in case, accents or spaces. */
const find = <A extends Named>(
  kind: Kind,
  things: ReadonlyArray<A>,
  name: string,
): Result.Result<A, UnknownName | AmbiguousName> => {
  const exact = things.filter((thing) => thing.name === name)
  const folded = foldName(name)
  const matches = exact.length > 0 || folded === ""
    ? exact
    : things.filter((thing) => foldName(thing.name) === folded)
  const [match] = matches
  if (match === undefined) return Result.fail(unknown(kind, name, things))
  return matches.length > 1 ? Result.fail(ambiguous(kind, name, matches)) : Result.succeed(match)
}

const notText = ({ operation }: Kind): InvalidInput =>
  new InvalidInput({
    operation,
    applied: "no",
    attempts: 0,
    input: "name",
    problem: "it is not text",
  })

const mostSuggestions = 3

/** The names that a misspelt one may mean, the nearest first. */
const nearest = (name: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const left = new Set(names)
  const suggestions: Array<string> = []
  while (suggestions.length < mostSuggestions) {
    const suggestion = suggest(name, left)
    if (suggestion === undefined) break
    suggestions.push(suggestion)
    left.delete(suggestion)
  }
  return suggestions
}

const unknown = (
  { one, operation, several }: Kind,
  name: string,
  things: ReadonlyArray<Named>,
): UnknownName => {
  const wanted = scrub(name, [])
  const names = things.map((thing) => thing.name)
  const suggestions = nearest(name, names)
  const hint = suggestions.length > 0
    ? `Did you mean ${suggestions.map((name) => `"${name}"`).join(" or ")}?`
    : names.length > 0
    ? `It has ${quoted(names)}.`
    : `It has no ${several}.`
  return new UnknownName({
    operation,
    applied: "no",
    attempts: 0,
    wanted,
    suggestions,
    detail: `the account has no ${one} named "${wanted}". ${hint}`,
  })
}

const ambiguous = (
  { operation, several }: Kind,
  name: string,
  things: ReadonlyArray<Named>,
): AmbiguousName => {
  const wanted = scrub(name, [])
  const matches = things.map(({ id, name }) => ({ id, name }))
  const shown = matches.map(({ id, name }) => `"${name}" (${id})`).join(", ")
  return new AmbiguousName({
    operation,
    applied: "no",
    attempts: 0,
    wanted,
    matches,
    detail: `the account has ${matches.length} ${several} that "${wanted}" may name: ${shown}. ` +
      "Use the id of the one that you mean, or its exact name if no other has it.",
  })
}
