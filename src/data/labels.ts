/**
 * The labels of a value list, which NP6 compares without regard to case.
 *
 * @module
 */
import type { FieldScalar } from "./Field.ts"

// An accent may be a character of its own, as in texts from macOS.
const foldLabel = (label: FieldScalar): string => String(label).normalize("NFC").toLowerCase()

/** Whether two labels are the same to NP6. */
export const isSameLabel = (a: FieldScalar, b: FieldScalar): boolean =>
  foldLabel(a) === foldLabel(b)

/** Labels by what tells them apart: find one of them by text that differs in case. */
export interface Labels<L extends FieldScalar> {
  readonly all: ReadonlyArray<L>
  readonly find: (text: FieldScalar) => L | undefined
  /** Whether two of them are the same to NP6. */
  readonly isAmbiguous: boolean
}

/** Makes labels findable. Of two that are the same to NP6, the first is found. */
export const labelsOf = <L extends FieldScalar>(all: ReadonlyArray<L>): Labels<L> => {
  const byFold = new Map<string, L>()
  for (const label of all) {
    const folded = foldLabel(label)
    if (!byFold.has(folded)) byFold.set(folded, label)
  }
  return {
    all,
    find: (text) => byFold.get(foldLabel(text)),
    isAmbiguous: byFold.size < all.length,
  }
}

const mostShown = 12

/** The labels for a message: `"Mr", "Mrs"`. */
export const quoted = (labels: ReadonlyArray<FieldScalar>): string => {
  const shown = labels.slice(0, mostShown).map((label) => `"${label}"`).join(", ")
  const hidden = labels.length - mostShown
  return hidden > 0 ? `${shown} and ${hidden} more` : shown
}
