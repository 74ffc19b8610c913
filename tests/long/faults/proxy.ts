/**
 * A TCP proxy that commits faults: it reads a request, lets the server behind it act or not, and
 * does to the connection what the fault says.
 */
import { Buffer } from "node:buffer"
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import type { VirtualClock } from "./clock.ts"

/** The answer of the server behind the proxy. */
export interface Answer {
  readonly status: number
  /** Status line and headers, with the empty line that ends them. */
  readonly head: string
  readonly body: Buffer
}

/** A client's connection, in the hands of a fault. */
export interface Line {
  /** The clock that the client goes by. */
  readonly clock: VirtualClock
  /** Writes, and waits until the system has taken it. */
  readonly write: (...pieces: ReadonlyArray<string | Uint8Array>) => Promise<void>
  /** Breaks the connection, both ways. */
  readonly reset: () => Promise<void>
  /** Ends this side of it: all was said. It is over when the client closes the other. */
  readonly end: () => Promise<void>
  /** Says nothing more, and waits until the client has enough, in no time. */
  readonly hold: () => Promise<void>
  /** Says nothing more, lets the time pass, and waits until the client has enough of it. */
  readonly silence: () => Promise<void>
  /** Writes a byte a second until the client has enough of it, or all is written. */
  readonly trickle: (bytes: Uint8Array, isHead: boolean) => Promise<void>
}

/**
 * What happens to one request: at its first byte, once all of it is there, or once the server has
 * acted on it. It ends when the answer is whole or the connection closed.
 */
export type Act =
  | { readonly _tag: "Unread"; readonly run: (line: Line) => Promise<void> }
  | { readonly _tag: "Undelivered"; readonly run: (line: Line) => Promise<void> }
  | { readonly _tag: "Delivered"; readonly run: (line: Line, answer: Answer) => Promise<void> }

/** What the proxy asks of the client that it can't see on the wire. */
export interface Client {
  readonly clock: VirtualClock
  /** How many heads of answers the client has read. */
  readonly heads: () => number
  /** Whether its timeout starts anew with each piece of a body. */
  readonly isStreaming: boolean
}

const endOfHead = "\r\n\r\n"

/** The first message of these bytes, if it is all there; without a length, it ends at `isEnd`. */
const split = (bytes: Buffer, isEnd: boolean): { head: string; body: Buffer } | undefined => {
  const end = bytes.indexOf(endOfHead)
  if (end < 0) return undefined
  const head = bytes.toString("latin1", 0, end + endOfHead.length)
  const rest = bytes.subarray(end + endOfHead.length)
  const declared = /^content-length: *(\d+)/im.exec(head)?.[1]
  const isRequest = !head.startsWith("HTTP/")
  const isBodiless = /^HTTP\/1\.1 (?:204|304)/.test(head)
  if (declared === undefined && !isRequest && !isBodiless) {
    return isEnd ? { head, body: rest } : undefined
  }
  const length = Number(declared ?? 0)
  return rest.length < length ? undefined : { head, body: rest.subarray(0, length) }
}

/** Asks the server behind, over a connection of its own. */
const ask = (port: number, request: Uint8Array): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request))
    let bytes = Buffer.alloc(0)
    const look = (isEnd: boolean) => {
      const message = split(bytes, isEnd)
      if (message === undefined) return
      socket.destroy()
      resolve({ ...message, status: Number(message.head.slice(9, 12)) })
    }
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      look(false)
    })
    socket.on("end", () => look(true))
    socket.on("error", reject)
  })

/** Turns of the event loop that let a client act on what it has read. */
export const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1))
}

const isTaken = async (error: unknown): Promise<void> => {
  if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error
  await new Promise((resolve) => setTimeout(resolve, 10))
}

export class Proxy {
  /** How many requests began to arrive. */
  requests = 0
  /** Whether the first one that was struck came over a connection that had carried another. */
  struckUsed: boolean | undefined
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #busy = new Set<Socket>()
  readonly #upstream: number
  readonly #client: Client
  #port = 0
  #act: Act | undefined
  #times = 0
  #then: Act | undefined

  constructor(upstream: number, client: Client) {
    this.#upstream = upstream
    this.#client = client
    // Half open, so that it is the client who closes what a fault has only ended.
    this.#server = createServer(
      { allowHalfOpen: true, noDelay: true },
      (socket) => this.#serve(socket),
    )
  }

  /** Listens; on the same port as before, if it did before. */
  async open(): Promise<void> {
    while (!this.#server.listening) {
      this.#server.listen(this.#port, "127.0.0.1")
      // While it was closed, another process may have been given its port, for a moment.
      await once(this.#server, "listening").catch(isTaken)
    }
    this.#port = (this.#server.address() as AddressInfo).port
  }

  get isOpen(): boolean {
    return this.#server.listening
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Commits a fault on the next requests, and another on those after them. */
  strike(act: Act | undefined, times: number, then?: Act): void {
    this.#act = act
    this.#times = times
    this.#then = then
  }

  /** The connections with an exchange that isn't over. */
  get busy(): number {
    return this.#busy.size
  }

  /** The connections. */
  get connections(): number {
    return this.#sockets.size
  }

  /** Stops listening, and ends the connections until their clients, who thus know, have closed them. */
  async leave(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.end()
    await until(() => this.connections === 0)
    await turns()
  }

  /** Stops listening and breaks what is open. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
    await until(() => this.connections === 0)
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    let bytes = Buffer.alloc(0)
    let served = 0
    let act: Act | undefined
    socket.on("error", () => {})
    const closed = new Promise<void>((resolve) => {
      socket.on("close", () => {
        this.#sockets.delete(socket)
        this.#busy.delete(socket)
        resolve()
      })
    })
    let line = this.#line(socket, closed)
    socket.on("end", () => socket.destroy())
    socket.on("data", (chunk) => {
      if (bytes.length === 0) {
        this.requests++
        act = this.#times > 0 ? this.#act : this.#then
        this.#times--
        if (act !== undefined) this.struckUsed ??= served > 0
        served++
        this.#busy.add(socket)
        line = this.#line(socket, closed)
        if (act?._tag === "Unread") void act.run(line)
      }
      bytes = Buffer.concat([bytes, chunk])
      const message = act?._tag === "Unread" ? undefined : split(bytes, false)
      if (message === undefined) return
      const request = bytes
      bytes = Buffer.alloc(0)
      void this.#exchange(line, request, act).then(() => this.#busy.delete(socket))
    })
  }

  async #exchange(line: Line, request: Uint8Array, act: Act | undefined): Promise<void> {
    if (act?._tag === "Undelivered") return await act.run(line)
    const answer = await ask(this.#upstream, request)
    if (act?._tag === "Delivered") return await act.run(line, answer)
    await line.write(answer.head, answer.body)
    if (!/^content-length:/im.test(answer.head) && answer.status !== 204) await line.end()
  }

  #line(socket: Socket, closed: Promise<void>): Line {
    const { clock, heads, isStreaming } = this.#client
    const headsBefore = heads()
    const isClosed = () => !this.#sockets.has(socket)
    let hasHead = false
    const write: Line["write"] = async (...pieces) => {
      for (const piece of pieces) {
        if (isClosed()) return
        hasHead = true
        const written = new Promise<void>((resolve) => socket.write(piece, () => resolve()))
        await Promise.race([written, closed])
      }
    }
    // A timeout that ran out before the client has read the head would be another fault.
    const settled = async () => {
      if (hasHead) await until(() => isClosed() || heads() > headsBefore)
      await turns()
    }
    return {
      clock,
      write,
      reset: () => {
        socket.resetAndDestroy()
        return closed
      },
      end: () => {
        socket.end()
        return closed
      },
      hold: () => closed,
      silence: async () => {
        await settled()
        await until(() => isClosed() || clock.passToNext())
        await closed
      },
      trickle: async (bytes, isHead) => {
        if (!isHead) await settled()
        for (const byte of bytes) {
          const { begun } = clock
          if (isClosed()) return
          await new Promise<void>((resolve) => socket.write(Uint8Array.of(byte), () => resolve()))
          if (isStreaming && !isHead) await until(() => isClosed() || clock.begun > begun)
          else await turns()
          if (clock.pass(1_000)) return await closed
        }
      },
    }
  }
}
