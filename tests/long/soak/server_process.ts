/**
 * Starts the other end, and asks it how it is.
 *
 * @module
 */
import { spawn } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { programArgs } from "../../../scripts/bench/runtime.ts"

/** How it is. */
export interface ServerVitals {
  readonly requests: number
  readonly targets: number
  readonly rss: number
}

/** The other end. */
export interface ServerProcess {
  readonly url: string
  readonly ask: () => Promise<ServerVitals>
  readonly stop: () => void
}

/** Starts it. */
export const startServer = async (): Promise<ServerProcess> => {
  const file = fileURLToPath(new URL("server.ts", import.meta.url))
  const child = spawn(process.execPath, [...programArgs(file)], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { done, value } = await lines.next()
    if (done === true) throw new Error("The server ended")
    return value
  }
  const url = await line()
  return {
    url,
    ask: async () => {
      child.stdin.write("\n")
      return JSON.parse(await line())
    },
    stop: () => child.kill("SIGKILL"),
  }
}
