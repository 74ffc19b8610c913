/**
 * Documents that no one has thought of, cut into pieces at random, and read as the list is: whatever
 * `JSON.parse` and the schema say of the whole must come out.
 *
 * `deno run tests/long/fuzz/list.ts [documents] [seed]`
 *
 * @module
 */
import process from "node:process"
import {
  disagreement,
  documents,
  isRight,
  pieceSizes,
  seeded,
} from "../../harness/listDocuments.ts"

const [count = 300_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
const random = seeded(seed)
const next = documents(random)

let right = 0
let bytes = 0
const start = performance.now()
for (let made = 0; made < count; made++) {
  const document = next()
  const problem = disagreement(document, pieceSizes(random))
  if (problem !== undefined) {
    console.error(`seed ${seed}, document ${made}: ${problem}`)
    process.exit(1)
  }
  if (isRight(document)) right++
  bytes += document.length
}
const seconds = Math.round((performance.now() - start) / 1_000)
console.log(
  `${count} documents with seed ${seed}, ${right} of them right, ` +
    `${Math.round(bytes / 1e6)} MB: no disagreement in ${seconds} s`,
)
