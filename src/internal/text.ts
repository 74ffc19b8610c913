/**
 * What makes a piece of text unfit to be sent.
 *
 * @module
 */

// deno-lint-ignore no-control-regex -- control characters are what it looks for
const controlPattern = /[\u0000-\u001f\u007f-\u009f]/
const loneSurrogatePattern =
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Whether the text can't be encoded as UTF-8: half of a surrogate pair stands alone in it. */
export const hasLoneSurrogate = (text: string): boolean => loneSurrogatePattern.test(text)

/** Whether the text holds a control character: a line break, a NUL, an escape. */
export const hasControl = (text: string): boolean => controlPattern.test(text)
