/**
 * What NP6 said, whole, beside the errors that show it blanked.
 *
 * It isn't a field of an error, so that no codec, JSON or clone carries it on.
 *
 * @module
 */
import * as Redacted from "effect/Redacted"

const kept = new WeakMap<object, Redacted.Redacted<string>>()

/** Keeps the text of the response that an error is about. */
export const keepWords = <E extends object>(error: E, text: string): E => {
  if (text !== "") kept.set(error, Redacted.make(text))
  return error
}

/** The text of the response that an error is about. */
export const keptWords = (error: object): Redacted.Redacted<string> | undefined => kept.get(error)
