/**
 * Characters that make a text unfit to be sent.
 *
 * @module
 */

import type { FieldValue } from "./Field.ts"

// deno-lint-ignore no-control-regex -- control characters are what it looks for
const controlPattern = /[\u0000-\u001f\u007f-\u009f]/
const loneSurrogatePattern =
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Whether the text can't be encoded as UTF-8: half of a surrogate pair stands alone in it. */
export const hasLoneSurrogate = (text: string): boolean => loneSurrogatePattern.test(text)

/** Whether a field's text, or one of its texts, can't be encoded. Numbers and flags always can. */
export const holdsLoneSurrogate = (value: FieldValue): boolean =>
  [value].flat().map(String).some(hasLoneSurrogate)

/** Whether the text holds a format character: one that takes no space, such as U+200B. */
export const hasFormat = (text: string): boolean => /\p{Cf}/u.test(text)

/** Whether the text holds a control character: a line break, a NUL, an escape. */
export const hasControl = (text: string): boolean => controlPattern.test(text)
