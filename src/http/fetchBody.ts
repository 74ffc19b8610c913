/**
 * Reading what `fetch` gives, within bounds.
 *
 * @module
 */
import { type Bounds, type Declared, isEmpty, isHeld, join } from "./body.ts"

/** The headers, by lower-case name. */
export const recordOf = (headers: Headers): { readonly [name: string]: string } => {
  // Without a prototype, because a server may name a header after one of its members.
  const record: { [name: string]: string } = Object.create(null)
  headers.forEach((value, name) => record[name] = value)
  return record
}

/** The body's bytes; `undefined` where they are more than the bounds allow. */
export const readBody = async (
  head: Declared,
  response: Response,
  bounds: Bounds,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> => {
  if (isEmpty(head) || response.body === null) return new Uint8Array()
  if (isHeld(head, bounds)) return new Uint8Array(await response.arrayBuffer())
  const reader = response.body.getReader()
  // A fetch of the caller's may not look at the signal.
  const cancel = () => void reader.cancel().catch(() => {})
  if (signal.aborted) cancel()
  signal.addEventListener("abort", cancel, { once: true })
  const chunks: Array<Uint8Array> = []
  let size = 0
  while (size < bounds.limit || !bounds.cut) {
    const { done, value } = await reader.read()
    if (done) return join(chunks, size)
    chunks.push(value)
    size += value.length
    if (size > bounds.limit && !bounds.cut) break
  }
  // What comes now is of no use, and nobody waits for its end.
  cancel()
  return bounds.cut ? join(chunks, size) : undefined
}
