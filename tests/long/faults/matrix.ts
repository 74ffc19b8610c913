/**
 * All cells of the matrix, and what they came to.
 */
import { Effect } from "effect"
import { once } from "node:events"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import process from "node:process"
import { type Cell, type Result, run } from "./cell.ts"
import { type Fault, faults } from "./faults.ts"
import { operations } from "./operations.ts"
import type { Circumstances } from "./rules.ts"

/** The ways to meet a fault. */
const circumstances: ReadonlyArray<Circumstances> = (["always", "once"] as const).flatMap(
  (strikes): ReadonlyArray<Circumstances> => [
    { strikes, connection: "fresh", client: "own" },
    { strikes, connection: "used", client: "own" },
    { strikes, connection: "used", client: "wrapped" },
  ],
)

/** Those that large answers and lapses of time are met in, which take long. */
const costly: ReadonlyArray<Circumstances> = [
  { strikes: "always", connection: "fresh", client: "own" },
  { strikes: "always", connection: "fresh", client: "wrapped" },
]

/** Where the first attempt may be applied, a refusal of the second says nothing of it. */
const refusedAfter: ReadonlyArray<Circumstances> = [
  { strikes: "once, then 403", connection: "used", client: "own" },
  { strikes: "once, then 403", connection: "fresh", client: "own" },
]

const circumstancesOf = ({ act, isTimed, kind }: Fault): ReadonlyArray<Circumstances> =>
  kind === "size" || isTimed === true || act === "unresolved"
    ? costly
    : [...circumstances, ...refusedAfter]

/** Every operation, every fault, and the ways to meet it. */
export const cells = (
  chosen: (fault: Fault) => boolean = () => true,
): ReadonlyArray<Cell> =>
  faults.filter(chosen).flatMap((fault) =>
    operations.flatMap((operation) =>
      circumstancesOf(fault).map((met) => ({ operation, fault, ...met }))
    )
  )

export interface Report {
  readonly results: ReadonlyArray<Result>
  /** Connections at the origin that redirects lead to. */
  readonly elsewhere: number
  /** Sockets of this process that were not there before; `undefined` where the system doesn't tell. */
  readonly socketsLeft: number | undefined
  /** The most resident memory after any of the large answers, in bytes. */
  readonly memory: number
}

/** The TCP sockets of this process, as far as the system tells. */
const sockets = (): number | undefined => {
  try {
    const tables = ["tcp", "tcp6"].map((table) => readFileSync(`/proc/self/net/${table}`, "utf8"))
    const inodes = new Set(tables.join("").match(/(?<=\n(?:\s+\S+){9}\s+)\d+/g))
    return readdirSync(fds).filter((fd) => inodes.has(inodeOf(fd))).length
  } catch {
    return undefined
  }
}

const fds = "/proc/self/fd"

/** The number of a socket; empty for what is none. */
const inodeOf = (fd: string): string => {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${fds}/${fd}`))?.[1] ?? ""
  } catch {
    // It was closed since it was listed: most often, the listing's own.
    return ""
  }
}

/** An origin that counts its connections, under the address and under the name of this machine. */
export const listenElsewhere = async () => {
  let connections = 0
  const servers: Array<Server> = []
  const sockets = new Set<Socket>()
  const listen = async (port: number, host: string) => {
    const server = createServer((socket) => {
      connections++
      sockets.add(socket)
      socket.on("error", () => {}).on("close", () => sockets.delete(socket))
      socket.resume()
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    })
    server.listen(port, host)
    await once(server, "listening")
    servers.push(server)
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0, "127.0.0.1")
  // Where there is no IPv6, its name leads to the other address.
  await listen(port, "::1").catch(() => {})
  return {
    port,
    connections: () => connections,
    close: () => {
      // A client may keep its half of a connection open for ever.
      for (const socket of sockets) socket.destroy()
      return Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** Runs cells: the large ones by themselves, the others some at a time. */
export const runAll = (cells: ReadonlyArray<Cell>): Effect.Effect<Report> =>
  Effect.gen(function* () {
    const before = sockets()
    let memory = 0
    const [results, connections] = yield* Effect.acquireUseRelease(
      Effect.promise(listenElsewhere),
      (elsewhere) =>
        Effect.gen(function* () {
          const each = (cell: Cell) => run(cell, elsewhere)
          const measured = (cell: Cell) =>
            Effect.tap(each(cell), () =>
              Effect.sync(() => {
                memory = Math.max(memory, process.memoryUsage().rss)
              }))
          const small = yield* Effect.forEach(cells.filter((cell) => !isLarge(cell)), each, {
            concurrency: 16,
          })
          const large = yield* Effect.forEach(cells.filter(isLarge), measured)
          return [[...small, ...large], elsewhere.connections()] as const
        }),
      (elsewhere) => Effect.promise(elsewhere.close),
    )
    const left = yield* Effect.promise(() => fewest(before))
    return { results, elsewhere: connections, socketsLeft: left, memory }
  })

const isLarge = ({ fault }: Cell): boolean => fault.kind === "size"

/** How many sockets more than before there are, once the system has closed what is on its way. */
const fewest = async (before: number | undefined): Promise<number | undefined> => {
  for (let round = 0;; round++) {
    const now = sockets()
    if (before === undefined || now === undefined) return undefined
    if (now <= before || round === 200) return Math.max(0, now - before)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
