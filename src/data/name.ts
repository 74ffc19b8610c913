/**
 * The names that people give to fields, segments and columns.
 *
 * @module
 */

/** A name without what people write differently: letter case, accents, spaces. */
export const foldName = (name: string): string =>
  name.normalize("NFKD").replace(/[\p{M}\s]/gu, "").toLowerCase()
