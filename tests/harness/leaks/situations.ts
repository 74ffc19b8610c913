/** What calls send, and all that can be made of it before it comes back. */
import type { Targets } from "@effect-np6/targets"
import { type Effect, Stream } from "effect"
import { json, type Scripted, status } from "../recording.ts"
import { blanked, canaries, encodings } from "./canaries.ts"

const { key, address, name, words, phone } = canaries

/** One call that sends canaries. */
export interface Call {
  readonly operation: string
  readonly run: (targets: Targets["Service"]) => Effect.Effect<unknown, unknown>
  /** The canaries that it sends, and so the server knows. */
  readonly sent: ReadonlyArray<string>
}

const id = "000MLGPR"
const unicity = [address, name]
const values = { 8101: name, 8102: words, 8103: address, 8104: Number(phone), 8107: [words, name] }
const all = Object.values(canaries)
const some = [key, address, name]

/** Every operation, with as many canaries as it can send. */
export const calls: ReadonlyArray<Call> = [
  { operation: "targets.list", run: (targets) => targets.list, sent: [key] },
  { operation: "targets.stream", run: (targets) => Stream.runDrain(targets.stream), sent: [key] },
  { operation: "targets.get", run: (targets) => targets.get(id), sent: [key] },
  {
    operation: "targets.getByUnicity",
    run: (targets) => targets.getByUnicity(unicity),
    sent: some,
  },
  { operation: "targets.upsert", run: (targets) => targets.upsert(unicity, values), sent: all },
  { operation: "targets.create", run: (targets) => targets.create(values), sent: all },
  { operation: "targets.update", run: (targets) => targets.update(id, values), sent: all },
  { operation: "targets.addToSegment", run: (targets) => targets.addToSegment(id, 1), sent: [key] },
  {
    operation: "targets.removeFromSegment",
    run: (targets) => targets.removeFromSegment(id, 1),
    sent: [key],
  },
  { operation: "targets.delete", run: (targets) => targets.delete(id), sent: [key] },
  {
    operation: "targets.deleteMany",
    run: (targets) => targets.deleteMany({ type: "unicity", value: [unicity] }),
    sent: some,
  },
]

/** Something that goes wrong, given what was sent. */
export interface Situation {
  readonly name: string
  readonly answer: (sent: ReadonlyArray<string>) => Scripted
}

const withEach = (
  prefix: string,
  answer: (echo: string) => Scripted,
): ReadonlyArray<Situation> =>
  Object.entries(blanked).map(([encoding, encode]) => ({
    name: `${prefix}, ${encoding}`,
    answer: (sent) => answer(`no (${sent.map(encode).join(") nor (")}) here`),
  }))

const request = (sent: ReadonlyArray<string>): string => {
  const [sentKey = "", ...personal] = sent
  return [
    `PUT /targets?unicity=${personal.map(encodeURIComponent).join("&unicity=")} HTTP/1.1`,
    `X-Key: ${sentKey}`,
    `Cookie: key=${sentKey}`,
    "",
    JSON.stringify({ 8103: personal }),
  ].join("\r\n")
}

/** Every form in which an error's body is read, with the whole request in it. */
const bodies: { readonly [form: string]: (echo: string) => string } = {
  text: (echo) => echo,
  "a JSON text": JSON.stringify,
  "an ASP.NET message": (echo) => JSON.stringify({ Message: "no", ExceptionMessage: echo }),
  "a nested message": (echo) => JSON.stringify({ error: { message: { error: echo } } }),
  "an NP6 error": (echo) => JSON.stringify({ errorType: echo, errorData: [{ value: echo }] }),
  "a key of JSON": (echo) => JSON.stringify({ [echo]: echo, title: { [echo]: 1 } }),
  "JSON that is cut": (echo) => JSON.stringify({ Message: echo }).slice(0, -2),
  HTML: (echo) => `<html><title>${echo}</title><body data-x="${echo}"><pre>${echo}</pre></body>`,
  "a long text": (echo) => `${echo} `.repeat(500),
}

const echoes: ReadonlyArray<Situation> = [
  ...[301, 302, 307, 400, 401, 403, 404, 408, 409, 411, 413, 415, 418, 422, 429, 500, 502, 503, 504]
    .map((code): Situation => ({
      name: `${code} with the whole request in body and headers`,
      answer: (sent) =>
        new Response(request(sent), {
          status: code,
          statusText: sent[0] ?? "",
          headers: {
            location: `https://evil.example/${sent.map(encodeURIComponent).join("/")}`,
            "x-request-id": sent[0] ?? "",
            "retry-after": sent[0] ?? "",
            "x-echo": sent.map(encodeURIComponent).join(" "),
            "www-authenticate": `Basic realm="${sent[0]}"`,
            "content-type": `text/plain; charset=${sent[0]}`,
          },
        }),
    })),
  ...Object.entries(bodies).map(([form, body]): Situation => ({
    name: `400 with the whole request as ${form}`,
    answer: (sent) => status(400, body(request(sent)))(),
  })),
]

const wholeIds = [
  "raw",
  "upper case",
  "lower case",
  "mixed case",
  "percent-encoded",
  "percent-encoded, all of it",
  "JSON-escaped",
]

const requestIds: ReadonlyArray<Situation> = Object.entries(encodings).flatMap(
  ([encoding, encode]) =>
    // What holds the key is left out too; of what else was sent, an id that is it.
    (encoding === "within a word" ? [0] : wholeIds.includes(encoding) ? [0, 1, 2, 3, 4] : [])
      .map((index): Situation => ({
        name: `404 with what was sent as its request id (${index}), ${encoding}`,
        answer: (sent) => status(404, "", { "x-request-id": encode(sent[index] ?? key) })(),
      })),
)

/** Answers that are read and don't decode, with canaries wherever something can stand. */
const wrongBodies = (sent: ReadonlyArray<string>): ReadonlyArray<readonly [string, unknown]> => {
  const echo = Object.fromEntries(sent.map((text) => [text, { [text]: [text] }]))
  const target = { id: "000MLGPR", fields: {} }
  return [
    ["another shape", echo],
    ["a text", sent.join(" ")],
    ["its id", { ...target, id: address }],
    ["its id, an object", { ...target, id: echo }],
    ["its date", { ...target, creationDate: sent.join(" ") }],
    ["its fields", { ...target, fields: echo }],
    ["its fields, a text", { ...target, fields: sent.join(" ") }],
    ["an array in a field", { ...target, fields: { [sent[0] ?? ""]: [[sent[0]]] } }],
    ["its bounces", { ...target, bounce: [{ field: address, type: echo, reason: echo }] }],
    ["its bounces, an object", { ...target, bounce: echo }],
    ["its red lists", { ...target, redList: { mail: { timestamp: address, reason: echo } } }],
    ["its red lists, others", { ...target, redList: { mail: sent, sms: echo } }],
    ["its hash", { ...target, hash: echo }],
  ]
}

const isStreamed = (text: string) => () => {
  const bytes = new TextEncoder().encode(text)
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes)
      controller.error(Object.assign(new Error(text), { code: key.toUpperCase(), request: text }))
    },
  })
}

const undecodable: ReadonlyArray<Situation> = [
  ...wrongBodies([]).flatMap(([what], index): ReadonlyArray<Situation> => {
    const body = (sent: ReadonlyArray<string>) => wrongBodies(sent)[index]?.[1]
    return [
      { name: `200 with a canary in ${what}`, answer: (sent) => json(body(sent))() },
      { name: `200, a list, with a canary in ${what}`, answer: (sent) => json([body(sent)])() },
    ]
  }),
  {
    name: "200 that reports deletions of canaries",
    answer: (sent) => json([{ id: address, unicity: [{ [key]: sent }] }])(),
  },
  { name: "200 with the request as it came", answer: (sent) => status(200, request(sent))() },
  {
    name: "204 with the request in its headers",
    answer: ([sent = ""]) => status(204, "", { sent })(),
  },
  {
    name: "200 that breaks off with a canary in the reason",
    answer: (sent) => new Response(isStreamed(`[{"id":"${request(sent)}`)()),
  },
  {
    name: "500 that breaks off with a canary in the reason",
    answer: (sent) => new Response(isStreamed(request(sent))(), { status: 500 }),
  },
  { name: "200 that never ends", answer: () => new Response(new ReadableStream({})) },
  { name: "200 with nothing", answer: () => status(200, "")() },
  {
    name: "200 with nesting without end",
    answer: ([sent]) => status(200, `[{"${sent}":`.repeat(50_000))(),
  },
]

const error = (message: string, more: object = {}): Error => Object.assign(new Error(message), more)

const nested = (depth: number, inner: unknown): unknown =>
  depth === 0 ? inner : new Error(`${key} ${address}`, { cause: nested(depth - 1, inner) })

const throwing = (what: string): object =>
  new Proxy({}, {
    get: () => {
      throw new Error(what)
    },
    has: () => true,
  })

const causes = (
  text: string,
  last: string,
): { readonly [what: string]: () => unknown } => ({
  "a text": () => text,
  "an error": () => error(text),
  "Node's refusal of a header": () => new TypeError(`Headers.append: "${key}" is an invalid value`),
  "Deno's refusal of a connection": () =>
    new TypeError(
      `error sending request for url (https://${key}@np6.example/targets?unicity=${text}): client error (Connect): tcp connect error: Connection refused (os error 111)`,
    ),
  "a refused connection": () =>
    error(text, { code: "ECONNREFUSED", syscall: "connect", address: text }),
  "a name that isn't found": () => error(text, { code: "ENOTFOUND", hostname: text }),
  "a permission that is missing": () => error(text, { name: "NotCapable" }),
  "a code that is the key": () => error(text, { code: key.toUpperCase(), syscall: text }),
  "a code that was sent": () => error(text, { code: last.toUpperCase() }),
  "a name": () => error(text, { name: text, url: text, request: { headers: { "x-key": text } } }),
  "the third cause": () => nested(3, error(text, { code: "ECONNRESET" })),
  "the hundredth cause": () => nested(100, error(text)),
  "several causes": () => new AggregateError([error(text), error(text, { code: "EPIPE" })], text),
  "an abortion": () => new DOMException(text, "AbortError"),
  "properties that throw it": () => throwing(text),
  "properties of the cause that throw it": () => nested(1, throwing(text)),
  "nothing": () => undefined,
})

const broken: ReadonlyArray<Situation> = Object.keys(causes("", "")).map((what) => ({
  name: `no answer, for ${what}`,
  answer: (sent) => ({ cause: causes(request(sent), sent[2] ?? key)[what]?.() }),
}))

/** What every operation meets. */
export const situations: ReadonlyArray<Situation> = [
  { name: "silence", answer: () => "never" },
  ...echoes,
  ...undecodable,
  ...broken,
]

/** What is told apart by the words alone, so that the operations that send most are enough. */
export const disguises: ReadonlyArray<Situation> = [
  ...withEach("400 that says what was sent", (echo) => status(400, echo)()),
  ...withEach("400 that says in JSON what was sent", (echo) => json({ Message: echo }, 400)()),
  ...requestIds,
]
