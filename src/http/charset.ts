/**
 * The text of an error's body, decoded by its own encoding.
 *
 * @module
 */

const byteOrderMarks: ReadonlyArray<readonly [encoding: string, mark: ReadonlyArray<number>]> = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
]

// The bytes 0x80 to 0x9f. Node 20 decodes them as control characters.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

const decodeWindows1252 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => windows1252[byte - 0x80] ?? String.fromCharCode(byte)).join("")

const decoderOf = (encoding: string): TextDecoder | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch {
    // No runtime knows this encoding.
    return undefined
  }
}

const decode = (bytes: Uint8Array, encoding: string, isCut: boolean): string | undefined => {
  const decoder = decoderOf(encoding)
  if (decoder === undefined) return undefined
  if (decoder.encoding === "windows-1252") return decodeWindows1252(bytes)
  try {
    // A body that was cut may end within a character, which a stream waits for.
    return decoder.decode(bytes, { stream: isCut })
  } catch {
    return undefined
  }
}

/**
 * Decodes by the byte order mark, else by the declared charset, else as UTF-8; as Windows-1252 where
 * that fails. `isCut` says that there was more of it, so that it may end within a character.
 */
export const decodeText = (
  bytes: Uint8Array,
  contentType: string | undefined,
  isCut: boolean,
): string => {
  const marked = byteOrderMarks.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))
  const declared = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? "")?.[1]
  return decode(bytes, marked?.[0] ?? declared ?? "utf-8", isCut) ??
    decode(bytes, "utf-8", isCut) ?? decodeWindows1252(bytes)
}
