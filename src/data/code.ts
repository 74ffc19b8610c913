/**
 * Numbered codes that have names: known ones are read as their name, unknown ones as they came.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { ExactNumber } from "./number.ts"

/** A code on the wire: a number, or a string that holds a number or a name. */
export type CodeEncoded = number | string

const Code = Schema.Union([ExactNumber, Schema.String])

/** The schema of a code with names, from its table of name to number. */
export const named = <Name extends string>(
  codes: { readonly [N in Name]: number },
): Schema.Codec<Name | CodeEncoded, CodeEncoded> => {
  const entries: ReadonlyArray<readonly [string, number]> = Object.entries<number>(codes)
  const nameOf = new Map<string, string>()
  const codeOf = new Map<CodeEncoded, number>(entries)
  for (const [name, code] of entries) {
    nameOf.set(String(code), name)
    nameOf.set(name.toLowerCase(), name)
  }
  return Code.pipe(Schema.decodeTo(Code, {
    decode: SchemaGetter.transform((code: CodeEncoded): CodeEncoded =>
      nameOf.get(String(code).toLowerCase()) ?? code
    ),
    encode: SchemaGetter.transform((code: CodeEncoded): CodeEncoded => codeOf.get(code) ?? code),
  }))
}
