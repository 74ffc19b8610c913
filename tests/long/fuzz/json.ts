/**
 * JSON as it is written: numbers keep their digits, objects their repeated keys.
 *
 * It is what replies are mutated in, and a second opinion on what they say. It shares nothing with
 * `JSON.parse`.
 *
 * @module
 */

/** A value as it is written. */
export type Json =
  | { readonly kind: "atom"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: ReadonlyArray<Json> }
  | { readonly kind: "object"; readonly entries: ReadonlyArray<readonly [key: string, Json]> }

/** The text isn't JSON. */
export class NotJson extends Error {}

const space = /[ \t\n\r]*/y
const atom = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
// deno-lint-ignore no-control-regex -- JSON has none within a string
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

const escapes: { readonly [letter: string]: string } = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
}

const unescape = (text: string): string =>
  text.replace(
    /\\(?:u(.{4})|(.))/g,
    (_, hex: string | undefined, letter: string) =>
      hex === undefined ? escapes[letter] ?? letter : String.fromCharCode(parseInt(hex, 16)),
  )

/** Reads a text; throws {@link NotJson}. */
export const parse = (text: string): Json => {
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }
  const is = (sign: string): boolean => {
    take(space)
    if (text[at] !== sign) return false
    at++
    return true
  }
  const fail = (): never => {
    throw new NotJson(`at ${at}`)
  }
  const separated = <A>(end: string, read: () => A): ReadonlyArray<A> => {
    const all: Array<A> = []
    if (is(end)) return all
    do {
      all.push(read())
    } while (is(","))
    return is(end) ? all : fail()
  }
  const key = (): string => {
    take(space)
    const found = take(string) ?? fail()
    return is(":") ? unescape(found.slice(1, -1)) : fail()
  }
  const value = (): Json => {
    if (is("[")) return { kind: "array", items: separated("]", value) }
    if (is("{")) {
      return { kind: "object", entries: separated("}", () => [key(), value()] as const) }
    }
    const quoted = take(string)
    if (quoted !== undefined) return { kind: "string", value: unescape(quoted.slice(1, -1)) }
    return { kind: "atom", text: take(atom) ?? fail() }
  }
  const read = value()
  take(space)
  return at === text.length ? read : fail()
}

/** The value of a key: the last, where it is repeated. */
export const get = (json: Json | undefined, key: string): Json | undefined =>
  json?.kind === "object" ? json.entries.filter(([name]) => name === key).at(-1)?.[1] : undefined

/** Writes a value; lone surrogates as escapes, as only text can hold them. */
export const write = (json: Json): string => {
  switch (json.kind) {
    case "atom":
      return json.text
    case "string":
      return JSON.stringify(json.value)
    case "array":
      return `[${json.items.map(write).join(",")}]`
    case "object":
      return `{${
        json.entries.map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`).join(",")
      }}`
  }
}

/** A decimal number, without zeros at either end: equal numbers are equal texts. */
export const decimal = (text: string): string => {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, "")
  const kept = digits.replace(/0+$/, "")
  if (kept === "") return "0"
  return `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`
}
