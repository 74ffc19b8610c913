/** A response before it is put on the wire. */
export interface ResponseParts {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Why a request was refused, for the log and for `x-sandbox-reason`. */
  readonly reason?: string
}

/** NP6's errors come without a body, apart from some 400s: only the reason tells them apart. */
export const refusal = (
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): ResponseParts => ({ status, headers, body: "", reason })

export const json = (value: unknown, status = 200): ResponseParts => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify(value),
})

/** A refusal whose body is its reason: in which wrapping NP6 sends one is unknown. */
export const textRefusal = (
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): ResponseParts => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body: reason,
  reason,
})

/** NP6's 400 says what is wrong. */
export const badRequest = (problem: string): ResponseParts => textRefusal(400, problem)

export const noContent: ResponseParts = { status: 204, headers: {}, body: "" }
