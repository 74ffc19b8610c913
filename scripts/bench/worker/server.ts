/**
 * A fast NP6: `server.js list 1000000 3` has a list of a million targets three times over,
 * `server.js api 0.01` answers a target to everything and 503 to a hundredth of it.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import { once } from "node:events"
import { createServer, type RequestListener, type ServerResponse } from "node:http"
import process from "node:process"

const json = { "content-type": "application/json; charset=utf-8" }

const dateAt = (minute: number): string =>
  new Date(1_400_000_000_000 + minute * 60_000).toISOString().slice(0, 19) + "Z"

/**
 * As accounts are: created by imports, hundreds a minute, and changed whenever somebody opened a
 * mail. The step is prime to the minutes of a year, so the dates of changes hardly repeat.
 */
const targetAt = (index: number): string => {
  const id = index.toString(36).toUpperCase().padStart(8, "0")
  const created = Math.floor(index / 500)
  const updated = 10_000 + (index * 104_729) % 525_600
  return `{"id":"${id}","creationDate":"${dateAt(created)}","lastUpdateDate":"${
    dateAt(updated)
  }",` +
    `"fields":{"8103":"firstname.lastname.${index}@mail.example.com"}}`
}

/** The elements with commas between, in pieces as a socket would have them. */
const piecesOf = (count: number): ReadonlyArray<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  let text = ""
  for (let index = 0; index < count; index++) {
    text += (index === 0 ? "" : ",") + targetAt(index)
    if (text.length >= 65_536 || index === count - 1) {
      pieces.push(Buffer.from(text))
      text = ""
    }
  }
  return pieces
}

const list = (count: number, times: number): RequestListener => {
  const pieces = piecesOf(count)
  const send = async (response: ServerResponse): Promise<void> => {
    response.writeHead(200, json)
    for (let time = 0; time < times; time++) {
      response.write(time === 0 ? "[" : ",")
      for (const piece of pieces) {
        if (!response.write(piece)) await once(response, "drain")
      }
    }
    response.end("]")
  }
  const length = 1 + times * (pieces.reduce((sum, piece) => sum + piece.byteLength, 0) + 1)
  return (request, response) => {
    if (request.url === "/length") response.end(String(length))
    else void send(response)
  }
}

const api = (unavailable: number): RequestListener => {
  const body = Buffer.from(
    `{"id":"000MLGPR","creationDate":"2016-04-04T08:55:00Z","lastUpdateDate":"2016-04-25T14:27:00Z",` +
      `"fields":{"8101":"Mr","8103":"test@test.com"},"bounce":[],"redList":{}}`,
  )
  const every = unavailable > 0 ? Math.round(1 / unavailable) : Infinity
  const headers = { ...json, "content-length": String(body.byteLength) }
  let requests = 0
  return (request, response) => {
    if (request.url === "/count") {
      response.end(String(requests))
      requests = 0
      return
    }
    requests++
    const status = requests % every === 0 ? 503 : 200
    const answer = (): void => {
      response.writeHead(status, status === 200 ? headers : { "content-length": "0" })
      response.end(status === 200 ? body : undefined)
    }
    if (request.method === "GET") return answer()
    request.on("end", answer).resume()
  }
}

const [kind, first, second] = process.argv.slice(2)
const server = createServer(
  kind === "list" ? list(Number(first), Number(second)) : api(Number(first)),
)
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  console.log(typeof address === "object" ? address?.port : address)
})
