/**
 * Running programs, on Deno and on Node alike.
 *
 * @module
 */
import { spawn } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { programArgs } from "./runtime.ts"

/** Runs a command to its end, and gives what it wrote to its standard output. */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  { cwd, seconds }: { readonly cwd: string; readonly seconds: number },
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, stdio: ["ignore", "pipe", "pipe"] })
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1_000)
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (text) => stdout += text)
    child.stderr.on("data", (text) => stderr += text)
    child.on("error", reject)
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      if (code === 0) return resolve(stdout)
      const end = `${command} ${args.join(" ")} ended with ${code ?? signal}`
      reject(new Error(`${end}:\n${stderr.slice(-2_000)}`))
    })
  })

/** Runs one of the workers, which writes its figures as one line of JSON. */
export const measure = async <Figures>(
  home: string,
  worker: string,
  args: ReadonlyArray<string | number>,
  seconds: number,
): Promise<Figures> => {
  const file = `scripts/bench/worker/${worker}.js`
  const stdout = await run(process.execPath, [...programArgs(file), ...args.map(String)], {
    cwd: home,
    seconds,
  })
  // The worker and its caller agree on the type; both are in this directory.
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Figures
}

/** A server in a process of its own. */
export interface Server {
  /** Where it listens, on loopback. */
  readonly url: string
  /** Ends it. */
  readonly stop: () => void
}

/** Starts the server worker, which writes its port when it listens. */
export const serve = (home: string, ...args: ReadonlyArray<string | number>): Promise<Server> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...programArgs("scripts/bench/worker/server.js"), ...args.map(String)],
      { cwd: home, stdio: ["ignore", "pipe", "inherit"] },
    )
    child.on("error", reject)
    child.on("exit", (code) => reject(new Error(`The server ended with ${code}`)))
    createInterface(child.stdout).once("line", (port) => {
      resolve({ url: `http://127.0.0.1:${port}`, stop: () => child.kill("SIGKILL") })
    })
  })
