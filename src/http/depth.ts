/**
 * How deep JSON is nested, before it is parsed: parsing nests as deep, in several times the memory.
 *
 * @module
 */
import { BACKSLASH, LBRACE, LBRACKET, QUOTE, RBRACE, RBRACKET } from "./signs.ts"

/** The most arrays and objects within each other, in an answer or in one element of a list. */
export const maxDepth = 1_000

/** Whether JSON has more than `limit` arrays and objects in one another. */
export const isDeeperThan = (limit: number, text: string): boolean => {
  // All that is opened is closed, so nearly no answer is long enough to be looked at.
  if (text.length <= 2 * limit) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === LBRACKET || code === LBRACE) {
      depth++
      if (depth > limit) return true
    } else if (code === RBRACKET || code === RBRACE) depth--
  }
  return false
}

const endOfString = (text: string, start: number): number => {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== QUOTE) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  }
  return at
}
