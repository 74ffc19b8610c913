/**
 * How deep JSON is nested, found out before it is parsed: parsing recurses as deep.
 *
 * @module
 */

// The characters of JSON by their codes, which are the same in bytes and in text.
export const TAB = 9
export const LF = 10
export const CR = 13
export const SPACE = 32
export const QUOTE = 34
export const COMMA = 44
export const LBRACKET = 91
export const BACKSLASH = 92
export const RBRACKET = 93
export const LBRACE = 123
export const RBRACE = 125

/** The most arrays and objects in each other, in a response or in one element of a list. */
export const maxDepth = 1_000

/** Whether JSON has more than `limit` arrays and objects in one another. */
export const isDeeperThan = (limit: number, text: string): boolean => {
  // What is opened is closed, so nearly every response is too short to be nested that deep.
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
