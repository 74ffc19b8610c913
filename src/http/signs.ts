/**
 * The signs that JSON is made of, by their codes: the same in bytes and in text.
 *
 * @module
 */

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
