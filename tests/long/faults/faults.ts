/**
 * The faults, a row each: what is done to a request, and what a client can see of it.
 */
import type { Act, Line } from "./proxy.ts"
import { bodyFaults } from "./bodies.ts"

/** A runtime that the library runs on. */
export type Runtime = "Deno" | "Node" | "Bun" | "workerd"

/** What a client can see of one attempt. */
export type Seen =
  /** There is no connection, so NP6 can't have got the request. */
  | { readonly _tag: "NoConnection" }
  /** The connection ends before a byte of an answer. */
  | { readonly _tag: "Broken" }
  /** What comes is no HTTP. */
  | { readonly _tag: "Garbled" }
  /** Nothing comes. */
  | { readonly _tag: "Silence" }
  | {
    readonly _tag: "Answered"
    readonly status: number
    readonly body: Body
    /** How long it asks to wait, in seconds. */
    readonly retryAfter?: number
  }

/** What comes after the head of an answer. */
export type Body =
  /** What belongs there. */
  | "whole"
  | "empty"
  /** Something else. */
  | "other"
  /** A page of HTML. */
  | "page"
  /** The connection breaks in it. */
  | "broken"
  /** It ends early, and only who understands it can tell. */
  | "short"
  | "silent"
  /** A byte a second. */
  | "slow"
  /** More than is read. */
  | "large"

export interface Fault {
  readonly name: string
  /** What it has in common with others, as a heading. */
  readonly kind: "connection" | "body" | "size" | "redirect" | "status" | "Retry-After"
  readonly seen: Seen
  /** Where a runtime shows something else of it. */
  readonly seenOn?: { readonly [runtime in Runtime]?: Seen }
  /** The timeout of an attempt, in seconds, where it isn't the usual one. */
  readonly timeout?: number
  /** Whether time is the system's, and passes. */
  readonly isTimed?: true
  /** What the proxy does; for faults of the address itself, nothing. */
  readonly act: ((elsewhere: Elsewhere) => Act) | "refused" | "unresolved"
}

/** Where redirects lead: an origin that nothing may ever be sent to. */
export interface Elsewhere {
  readonly port: number
}

/** Whether NP6 gets the request. */
export const isDelivered = ({ act }: Fault): boolean =>
  typeof act === "function" && act({ port: 0 })._tag === "Delivered"

const unread = (run: (line: Line) => Promise<void>) => (): Act => ({ _tag: "Unread", run })
const undelivered = (run: (line: Line) => Promise<void>) => (): Act => ({
  _tag: "Undelivered",
  run,
})
const delivered = (run: (line: Line) => Promise<void>) => (): Act => ({ _tag: "Delivered", run })

const connectionFaults: ReadonlyArray<Omit<Fault, "kind">> = [
  {
    name: "connection refused",
    seen: { _tag: "NoConnection" },
    // workerd says no more than that the connection was lost.
    seenOn: { workerd: { _tag: "Broken" } },
    act: "refused",
  },
  { name: "name not found", seen: { _tag: "NoConnection" }, act: "unresolved" },
  {
    name: "reset before the request is read",
    seen: { _tag: "Broken" },
    act: unread((line) => line.reset()),
  },
  {
    name: "reset after the effect",
    seen: { _tag: "Broken" },
    act: delivered((line) => line.reset()),
  },
  {
    name: "half-close before the request is read",
    seen: { _tag: "Broken" },
    act: unread((line) => line.end()),
  },
  {
    name: "half-close after the effect",
    seen: { _tag: "Broken" },
    act: delivered((line) => line.end()),
  },
  {
    name: "hang, the request lost",
    seen: { _tag: "Silence" },
    act: undelivered((line) => line.silence()),
  },
  {
    name: "hang after the effect",
    seen: { _tag: "Silence" },
    act: delivered((line) => line.silence()),
  },
  {
    name: "hang, by the system's clock",
    seen: { _tag: "Silence" },
    timeout: 1,
    isTimed: true,
    act: undelivered((line) => line.hold()),
  },
  {
    name: "no HTTP",
    seen: { _tag: "Garbled" },
    act: undelivered(async (line) => {
      await line.write("220 mail.example.com ESMTP\r\n")
      await line.end()
    }),
  },
]

const head = (status: number, headers: { readonly [name: string]: string } = {}, length = 0) =>
  [
    `HTTP/1.1 ${status} ${status}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(status === 204 ? [] : [`content-length: ${length}`]),
    "\r\n",
  ].join("\r\n")

const answering = (status: number, headers?: { readonly [name: string]: string }, body = "") =>
  undelivered((line) => line.write(head(status, headers, body.length) + body))

/** An answer that refuses a request for sure. */
export const refusing: Act = answering(403)()

const page = "<!DOCTYPE html><title>Bad Gateway</title>"

const statuses = [
  400,
  401,
  403,
  404,
  408,
  409,
  411,
  413,
  415,
  418,
  421,
  422,
  429,
  500,
  501,
  502,
  503,
  504,
  599,
]

const statusFaults: ReadonlyArray<Omit<Fault, "kind">> = [
  ...statuses.map((status) => ({
    name: `${status}`,
    seen: { _tag: "Answered" as const, status, body: "empty" as const },
    act: answering(status),
  })),
  ...[200, 403, 404, 409, 502].map((status) => ({
    name: `${status}, a page of HTML`,
    seen: { _tag: "Answered" as const, status, body: "page" as const },
    act: answering(status, { "content-type": "text/html" }, page),
  })),
  {
    name: "206",
    seen: { _tag: "Answered", status: 206, body: "other" },
    act: answering(206, { "content-type": "application/json" }, "[]"),
  },
  {
    name: "407",
    seen: { _tag: "Answered", status: 407, body: "empty" },
    // Node's fetch doesn't show it.
    seenOn: { Node: { _tag: "Broken" } },
    act: answering(407),
  },
  {
    name: "503 after the effect",
    seen: { _tag: "Answered", status: 503, body: "empty" },
    act: delivered((line) => line.write(head(503))),
  },
]

const places: { readonly [place: string]: (to: Elsewhere) => string } = {
  "another port": ({ port }) => `http://127.0.0.1:${port}/targets`,
  "another host": ({ port }) => `http://localhost:${port}/targets`,
  "its own origin": () => "/elsewhere",
}

const redirectFaults: ReadonlyArray<Omit<Fault, "kind">> = [301, 302, 303, 307, 308].flatMap(
  (status) =>
    Object.entries(places).map(([place, location]) => ({
      name: `${status} to ${place}`,
      seen: { _tag: "Answered" as const, status, body: "empty" as const },
      act: (elsewhere: Elsewhere): Act => ({
        _tag: "Undelivered",
        run: (line) => line.write(head(status, { location: location(elsewhere) })),
      }),
    })),
)

const inSeconds = (seconds: number) => (now: number) =>
  new Date(now + seconds * 1_000).toUTCString()

/** The header, made of what the time is, and the seconds that it asks for. */
const forms: ReadonlyArray<
  readonly [name: string, header: (now: number) => string, seconds?: number]
> = [
  ["in seconds", () => "7", 7],
  ["0", () => "0", 0],
  ["a date", inSeconds(13), 13],
  ["a date gone by", inSeconds(-3_600), 0],
  ["a date in a year", inSeconds(365 * 86_400), 365 * 86_400],
  ["10⁹", () => "1000000000", 1e9],
  ["negative", () => "-5"],
  ["garbage", () => "soon"],
  ["empty", () => ""],
]

const retryAfterFaults: ReadonlyArray<Omit<Fault, "kind">> = [429, 503].flatMap((status) =>
  forms.map(([name, header, seconds]) => ({
    name: `${status}, Retry-After ${name}`,
    seen: {
      _tag: "Answered" as const,
      status,
      body: "empty" as const,
      ...(seconds === undefined ? {} : { retryAfter: seconds }),
    },
    act: undelivered((line) => line.write(head(status, { "retry-after": header(line.clock.now) }))),
  }))
)

const isLarge = (seen: Seen): boolean => seen._tag === "Answered" && seen.body === "large"

const kinds: ReadonlyArray<readonly [Fault["kind"], ReadonlyArray<Omit<Fault, "kind">>]> = [
  ["connection", connectionFaults],
  ["body", bodyFaults.filter(({ seen }) => !isLarge(seen))],
  ["size", bodyFaults.filter(({ seen }) => isLarge(seen))],
  ["redirect", redirectFaults],
  ["status", statusFaults],
  ["Retry-After", retryAfterFaults],
]

export const faults: ReadonlyArray<Fault> = kinds.flatMap(([kind, rows]) =>
  rows.map((row) => ({ ...row, kind }))
)
