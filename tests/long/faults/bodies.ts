/**
 * The faults that come with the body of an answer, or before it. The server has acted on all but one
 * of these requests.
 */
import { Buffer } from "node:buffer"
import { gzipSync } from "node:zlib"
import type { Body, Fault } from "./faults.ts"
import type { Act, Answer, Line } from "./proxy.ts"
import { nestedArray } from "../../harness/hostile.ts"

type Row = Omit<Fault, "kind">

/** What the server has said, or something in its place where it says nothing. */
const bodyOf = ({ body }: Answer): Buffer =>
  body.length > 0 ? body : Buffer.from('{"id":"000JANE0","fields":{}}')

const halfOf = (answer: Answer): Uint8Array => {
  const body = bodyOf(answer)
  return body.subarray(0, body.length >> 1)
}

const json = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
const sized = (length: number): string => `${json}content-length: ${length}\r\n\r\n`
const sizedFor = (answer: Answer): string => sized(bodyOf(answer).length)
const unsized = `${json}connection: close\r\n\r\n`
const chunked = `${json}transfer-encoding: chunked\r\n\r\n`
const gzipped = (length: number, status = "200 OK"): string =>
  `HTTP/1.1 ${status}\r\ncontent-encoding: gzip\r\ncontent-length: ${length}\r\n\r\n`

const row = (
  name: string,
  body: Body,
  run: (line: Line, answer: Answer) => Promise<void>,
  status = 200,
): Row => ({
  name,
  seen: { _tag: "Answered", status, body },
  act: (): Act => ({ _tag: "Delivered", run }),
})

const page = "<!DOCTYPE html><title>Sign in</title>"

const mebibyte = 1_048_576
const letters = Buffer.alloc(mebibyte, "a")

/** A text without an end in an array, a mebibyte at a time. */
const endless = function* (mebibytes: number): Generator<string | Uint8Array> {
  yield '["'
  for (let n = 0; n < mebibytes; n++) yield letters
}

let bomb: Uint8Array | undefined
/** The first 64 of 300 MiB; what is left out would come after the client has had enough. */
const startOfBomb = (): Uint8Array =>
  bomb ??= gzipSync(Buffer.concat([...endless(64)].map((piece) => Buffer.from(piece))))
const sizeOfBomb = 300 * 1_024

/** Sends what is more than enough, and then holds the connection open for a client that isn't done. */
const tooMuch =
  (head: string, pieces: () => Iterable<string | Uint8Array>) => async (line: Line) => {
    await line.write(head, ...pieces())
    await line.hold()
  }

export const bodyFaults: ReadonlyArray<Row> = [
  row("without a length, whole", "whole", async (line, answer) => {
    await line.write(unsized, bodyOf(answer))
    await line.end()
  }),
  row("empty", "empty", (line) => line.write(sized(0))),
  row("empty, chunked", "empty", (line) => line.write(chunked, "0\r\n\r\n")),
  row("204 with a body", "empty", async (line, answer) => {
    const body = bodyOf(answer)
    await line.write(`HTTP/1.1 204 No Content\r\ncontent-length: ${body.length}\r\n\r\n`, body)
  }, 204),
  row("a page of HTML", "page", (line) => line.write(sized(page.length), page)),
  row("JSON of another shape", "other", (line) => line.write(sized(14), '{"error":null}')),
  row("not UTF-8", "other", (line) => line.write(sized(4), Uint8Array.of(91, 34, 233, 34))),
  row("reset mid-body", "broken", async (line, answer) => {
    await line.write(sizedFor(answer), halfOf(answer))
    await line.reset()
  }),
  row("cut, with a length", "broken", async (line, answer) => {
    await line.write(sizedFor(answer), halfOf(answer))
    await line.end()
  }),
  row("cut, chunked", "broken", async (line, answer) => {
    const half = halfOf(answer)
    await line.write(chunked, `${half.length.toString(16)}\r\n`, half, "\r\n")
    await line.end()
  }),
  {
    ...row("cut, gzipped", "broken", async (line, answer) => {
      const whole = gzipSync(bodyOf(answer))
      const half = whole.subarray(0, whole.length >> 1)
      await line.write(gzipped(half.length), half)
    }),
    // Node's fetch takes what there is of it.
    seenOn: { Node: { _tag: "Answered", status: 200, body: "short" } },
  },
  row("cut, without a length", "short", async (line, answer) => {
    await line.write(unsized, halfOf(answer))
    await line.end()
  }),
  row("silence after the head", "silent", async (line, answer) => {
    await line.write(sizedFor(answer))
    await line.silence()
  }),
  {
    ...row("silence after the head, half a second being enough", "silent", async (line, answer) => {
      await line.write(sizedFor(answer))
      await line.silence()
    }),
    timeout: 0.5,
  },
  row("silence mid-body", "silent", async (line, answer) => {
    await line.write(sizedFor(answer), halfOf(answer))
    await line.silence()
  }),
  row("one byte a second", "slow", async (line, answer) => {
    await line.write(sizedFor(answer))
    await line.trickle(bodyOf(answer), false)
  }),
  {
    name: "one byte a second, from the head on",
    seen: { _tag: "Silence" },
    act: (): Act => ({
      _tag: "Delivered",
      run: (line, answer) => line.trickle(Buffer.from(answer.head), true),
    }),
  },
  row(
    "an element of 64 MiB",
    "large",
    tooMuch(sized(64 * mebibyte), () => endless(24)),
  ),
  row("an element of 64 MiB, without a length", "large", tooMuch(unsized, () => endless(24))),
  row(
    "a gzip bomb: 300 KiB, inflated 300 MiB",
    "large",
    tooMuch(gzipped(sizeOfBomb), () => [startOfBomb()]),
  ),
  {
    name: "a gzip bomb under a 400",
    seen: { _tag: "Answered", status: 400, body: "large" },
    act: (): Act => ({
      _tag: "Undelivered",
      run: tooMuch(gzipped(sizeOfBomb, "400 Bad Request"), () => [startOfBomb()]),
    }),
  },
  row("5,000,000 levels of nesting", "large", (line) => {
    const body = Buffer.from(nestedArray(5_000_000))
    return line.write(sized(body.length), body)
  }),
  row("4,000,000 levels where nobody looks", "large", (line, answer) => {
    const body = bodyOf(answer)
    const at = body.indexOf("{") + 1
    const deep = Buffer.from(nestedArray(4_000_000))
    const pieces = [body.subarray(0, at), '"x":', deep, ",", body.subarray(at)]
    return line.write(sized(body.length + 5 + deep.length), ...pieces)
  }),
]
