import type * as Types from "effect/Types"
import type { SandboxRequest } from "./SandboxService.ts"

export type LogEntry = Types.Mutable<SandboxRequest>

/** How many requests the log holds at most, and how many bytes: a sandbox may run for days. */
const mostEntries = 100_000
const mostBytes = 64 * 1024 * 1024

/** How much of a body the log keeps. */
export const loggedBody = 64 * 1024

/** What an entry takes beside its texts: measured on V8, where a text's character takes a byte. */
const entryBytes = 600

const bytesOf = ({ body, headers, path, query }: SandboxRequest): number => {
  let bytes = entryBytes + body.length + path.length + query.length
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length
  return bytes
}

interface Held {
  readonly entry: LogEntry
  readonly bytes: number
}

/** The latest requests, oldest first. Their indexes have no gaps. */
export class RequestLog {
  /** Those before `#first` are dropped; their places go together, once they are half of all. */
  #held: Array<Held | undefined> = []
  #first = 0
  #bytes = 0
  #waiting = new Set<() => void>()

  add(entry: LogEntry): void {
    const bytes = bytesOf(entry)
    this.#held.push({ entry, bytes })
    this.#bytes += bytes
    while (this.#held.length - this.#first > mostEntries || this.#bytes > mostBytes) this.#drop()
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const wake of waiting) wake()
  }

  #drop(): void {
    this.#bytes -= this.#held[this.#first]?.bytes ?? 0
    this.#held[this.#first] = undefined
    this.#first += 1
    if (this.#first > this.#held.length / 2) {
      this.#held = this.#held.slice(this.#first)
      this.#first = 0
    }
  }

  /** A copy of what came after an index, which later requests do not change. */
  after(index: number): ReadonlyArray<SandboxRequest> {
    const oldest = this.#held[this.#first]?.entry.index ?? 0
    const from = this.#first + Math.max(0, index - oldest + 1)
    return this.#held.slice(from).flatMap((held) => held === undefined ? [] : [{ ...held.entry }])
  }

  clear(): void {
    this.#held = []
    this.#first = 0
    this.#bytes = 0
  }

  /** Calls back once, at the next request. The return value takes the callback back. */
  onNext(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }
}
