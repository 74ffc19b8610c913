/** An answer before it is put on the wire. */
export interface SandboxAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const empty = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer => ({
  status,
  headers,
  body: "",
})

export const json = (value: unknown): SandboxAnswer => ({
  status: 200,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify(value),
})

/** NP6's 400 says in words what is wrong; in which wrapping is unknown, so here it is plain text. */
export const badRequest = (problem: string): SandboxAnswer => ({
  status: 400,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: problem,
})
