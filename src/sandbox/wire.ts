import type { SocketError, WireRequest } from "./WireRequest.ts"

const bodyMethods: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"])

/**
 * Reads a web request. One that was never sent lacks the length that a transport would add, so it
 * is added here.
 */
export const fromWeb = async (request: Request): Promise<WireRequest> => {
  const body = new Uint8Array(await request.arrayBuffer())
  const headers = new Headers(request.headers)
  const hasLength = headers.has("content-length") || headers.has("transfer-encoding")
  if (!hasLength && (body.length > 0 || bodyMethods.has(request.method))) {
    headers.set("content-length", String(body.length))
  }
  return { method: request.method, url: new URL(request.url), headers, body }
}

export const connectionReset = (): SocketError =>
  Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" } as const)

export const connectionRefused = (): SocketError =>
  Object.assign(
    new Error("connect ECONNREFUSED"),
    { code: "ECONNREFUSED", syscall: "connect" } as const,
  )
