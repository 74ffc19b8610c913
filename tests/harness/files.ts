/** Files of contacts, written as programs write them: the encodings and forms that imports meet. */
import type { Rows } from "@effect-np6/targets/import"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Runs an effect with a directory of its own, which is removed afterwards. */
export const inTemporaryDirectory = <A, E, R>(
  use: (directory: string) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "np6-test-"))),
    use,
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true })),
  )

/** All bytes as the runtime decodes them, turned round: an encoder that the library doesn't share. */
const encoderOf = (label: string): ReadonlyMap<string, number> => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  return new Map([...new TextDecoder(label).decode(all)].map((letter, byte) => [letter, byte]))
}

const oneByte = {
  "windows-1252": encoderOf("windows-1252"),
  "iso-8859-15": encoderOf("iso-8859-15"),
}

const utf16 = (text: string, isLittle: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2))
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), isLittle)
  return new Uint8Array(view.buffer)
}

/** Encodes a text; throws where the encoding lacks a letter. */
export const encode = (text: string, encoding: Rows.Encoding): Uint8Array => {
  switch (encoding) {
    case "utf-8":
      return new TextEncoder().encode(text)
    case "utf-16le":
    case "utf-16be":
      return utf16(text, encoding === "utf-16le")
    default:
      return Uint8Array.from([...text], (letter) => {
        const byte = oneByte[encoding].get(letter)
        if (byte === undefined) throw new Error(`${encoding} lacks ${letter}`)
        return byte
      })
  }
}

export const mark = (encoding: Rows.Encoding): Uint8Array => encode("\ufeff", encoding)

export const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** How a table is written. */
export interface Form {
  readonly delimiter: string
  readonly lineBreak: "\n" | "\r\n" | "\r"
  /** Quotes around each cell, or only where they are needed. */
  readonly quotes: "all" | "needed"
  readonly endsWithBreak: boolean
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`

const mustQuote = (cell: string, delimiter: string): boolean =>
  cell.startsWith('"') || cell.includes(delimiter) || /[\r\n]/.test(cell)

/** A table as CSV. */
export const asCsv = (table: ReadonlyArray<ReadonlyArray<string>>, form: Form): string => {
  const { delimiter, lineBreak, quotes } = form
  const lines = table.map((row) =>
    row.map((cell) => quotes === "all" || mustQuote(cell, delimiter) ? quoted(cell) : cell)
      .join(delimiter)
  )
  return lines.join(lineBreak) + (form.endsWithBreak ? lineBreak : "")
}

/** How many lines a text goes over. */
export const breaksIn = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0
