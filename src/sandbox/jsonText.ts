/**
 * Places in JSON text: where it breaks off, where a key is given twice, and where a path leads.
 *
 * `JSON.parse` reads the text; this says where, which engines do in their own ways or not at all.
 *
 * @module
 */

/** The keys and indexes that lead to a value. */
export type JsonPath = ReadonlyArray<string | number>

/** A path as programs write it: `targets[3].fields["8103"]`. Empty for the whole value. */
export const placeOf = (path: JsonPath): string =>
  path.map((key, index) =>
    typeof key === "number"
      ? `[${key}]`
      : /^[A-Za-z]\w*$/.test(key)
      ? `${index === 0 ? "" : "."}${key}`
      : `[${JSON.stringify(key)}]`
  ).join("")

/** What is wrong with a text, and at which character. */
export interface JsonProblem {
  readonly problem: string
  readonly offset: number
}

/** Told of each key and each value where it begins; `true` ends the scan. */
type Visit = (path: JsonPath, offset: number) => boolean

const literals = ["true", "false", "null"]
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const escapePattern = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

class Broken extends Error {
  readonly offset: number

  constructor(problem: string, offset: number) {
    super(problem)
    this.offset = offset
  }
}

/** One reading of a text, without a stack of calls: JSON may nest deeper than that would go. */
class Scanner {
  #at = 0
  readonly #text: string
  readonly #path: Array<string | number> = []
  /** The keys of each open object, and nothing for an array. */
  readonly #keys: Array<Set<string> | undefined> = []

  constructor(text: string) {
    this.#text = text
  }

  /** Throws {@link Broken}. */
  scan(visit: Visit): void {
    for (;;) {
      this.#space()
      if (visit(this.#path, this.#at)) return
      if (this.#begin()) continue
      if (!this.#next()) return
    }
  }

  /** Reads a scalar or an empty container, or opens one and stands before its first value. */
  #begin(): boolean {
    const opens = this.#text[this.#at]
    if (opens !== "{" && opens !== "[") {
      this.#scalar()
      return false
    }
    this.#at += 1
    this.#space()
    if (this.#text[this.#at] === (opens === "{" ? "}" : "]")) {
      this.#at += 1
      return false
    }
    this.#keys.push(opens === "{" ? new Set() : undefined)
    this.#path.push(0)
    if (opens === "{") this.#key()
    return true
  }

  /** Goes on after a value: to the next one, if there is one. */
  #next(): boolean {
    for (;;) {
      this.#space()
      const index = this.#path.at(-1)
      if (index === undefined) {
        if (this.#at < this.#text.length) this.#fail("nothing after the value")
        return false
      }
      const closes = typeof index === "number" ? "]" : "}"
      const character = this.#text[this.#at]
      if (character !== "," && character !== closes) this.#fail(`"," or "${closes}"`)
      this.#at += 1
      if (character === closes) {
        this.#path.pop()
        this.#keys.pop()
        continue
      }
      if (typeof index === "number") this.#path[this.#path.length - 1] = index + 1
      else {
        this.#space()
        this.#key()
      }
      return true
    }
  }

  #key(): void {
    const start = this.#at
    if (this.#text[start] !== '"') this.#fail("a key in double quotes")
    this.#string()
    const key: string = JSON.parse(this.#text.slice(start, this.#at))
    const keys = this.#keys.at(-1)
    if (keys?.has(key)) throw new Broken(`the key ${JSON.stringify(key)} is given twice`, start)
    keys?.add(key)
    this.#path[this.#path.length - 1] = key
    this.#space()
    if (this.#text[this.#at] !== ":") this.#fail('":"')
    this.#at += 1
  }

  #scalar(): void {
    if (this.#text[this.#at] === '"') return this.#string()
    const literal = literals.find((one) => this.#text.startsWith(one, this.#at))
    numberPattern.lastIndex = this.#at
    const length = literal?.length ?? numberPattern.exec(this.#text)?.[0].length
    if (length === undefined) this.#fail("a value")
    this.#at += length
  }

  #string(): void {
    const start = this.#at
    for (this.#at += 1;; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 0x22) break
      if (code === 0x5c) this.#escape()
      else if (Number.isNaN(code)) throw new Broken("a text that does not end", start)
      else if (code < 0x20) {
        throw new Broken("a line break or control character in a text", this.#at)
      }
    }
    this.#at += 1
  }

  #escape(): void {
    escapePattern.lastIndex = this.#at
    const length = escapePattern.exec(this.#text)?.[0].length
    if (length === undefined) throw new Broken("a backslash that escapes nothing", this.#at)
    this.#at += length - 1
  }

  #space(): void {
    for (;; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    }
  }

  #fail(expected: string): never {
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0)
    const found = this.#at < this.#text.length ? JSON.stringify(character) : "the end"
    throw new Broken(`expected ${expected}, and found ${found}`, this.#at)
  }
}

const scan = (text: string, visit: Visit = () => false): JsonProblem | undefined => {
  try {
    new Scanner(text).scan(visit)
    return undefined
  } catch (error) {
    if (error instanceof Broken) return { problem: error.message, offset: error.offset }
    throw error
  }
}

/**
 * What is wrong with a text: a key that is given twice, or the place where it stops being JSON.
 * `undefined` for good JSON.
 */
export const problemIn = (text: string): JsonProblem | undefined => scan(text)

/** Where a path leads in good JSON: the innermost of its values that is there. */
export const offsetOf = (text: string, path: JsonPath): number => {
  let found = 0
  scan(text, (current, offset) => {
    if (current.some((key, index) => String(key) !== String(path[index]))) return false
    found = offset
    return current.length === path.length
  })
  return found
}

/** A place as editors count it, from 1. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

export const positionAt = (text: string, offset: number): TextPosition => {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/)
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 }
}
