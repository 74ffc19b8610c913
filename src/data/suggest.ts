/**
 * "Did you mean …?"
 *
 * @module
 */

// Accents, capitals, spaces and signs are what people write differently most of the time.
const foldWord = (word: string): string =>
  word.normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "").toLowerCase()

// Longer texts are no misspelt words, and the comparison costs the product of both lengths.
const longest = 60

/** How many letters must be added, left out or changed to make one word of another. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, above] of row.slice(1).entries()) {
      const changed = (row[j] ?? 0) + (letter === b[j] ? 0 : 1)
      next.push(Math.min(changed, above + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/**
 * The candidate that a misspelt word most likely means: at most a third of its letters differ. Never
 * shows the word itself.
 */
export const suggest = (word: string, candidates: Iterable<string>): string | undefined => {
  if (word.length > longest) return undefined
  const folded = foldWord(word)
  let best: string | undefined
  let limit = Math.ceil(folded.length / 3)
  for (const candidate of candidates) {
    const other = foldWord(candidate)
    if (Math.abs(other.length - folded.length) > limit) continue
    const differences = distance(folded, other)
    if (differences > limit || differences >= other.length) continue
    best = candidate
    // The next one must be nearer.
    limit = differences - 1
  }
  return best
}
