/**
 * The benchmark of the sandbox over HTTP: how soon it listens, how much it serves, and what a large
 * body costs.
 *
 * @module
 */
import { spawn } from "node:child_process"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Part } from "./part.ts"
import { programArgs } from "./runtime.ts"
import { number, spread, table } from "./statistics.ts"

const program = fileURLToPath(new URL("../sandbox.ts", import.meta.url))

interface Started {
  readonly pid: number
  /** How long it took until it listened, in milliseconds. */
  readonly millis: number
  readonly url: string
  readonly key: string
  readonly stop: () => void
}

const start = (...args: ReadonlyArray<string>): Promise<Started> =>
  new Promise((resolve, reject) => {
    const begun = performance.now()
    const child = spawn(process.execPath, [...programArgs(program), "--json", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    child.on("error", reject)
    child.on("exit", (code) => reject(new Error(`The sandbox ended with ${code}`)))
    createInterface(child.stdout).once("line", (line) => {
      // The line of `--json`: an address and two keys.
      const { key, url } = JSON.parse(line) as { readonly key: string; readonly url: string }
      const stop = (): void => void child.kill("SIGKILL")
      resolve({ pid: child.pid ?? 0, millis: performance.now() - begun, url, key, stop })
    })
  })

const seedOf = (targets: number): string =>
  JSON.stringify({
    targets: Array.from({ length: targets }, (_, index) => ({
      fields: { Email: `firstname.lastname.${index}@mail.example.com` },
    })),
  })

const count = 20_000
const atOnce = 64

/** Upserts contacts, and says how many it did in a second. */
const serve = async ({ key, url }: Started): Promise<number> => {
  const begun = performance.now()
  let sent = 0
  const worker = async (): Promise<void> => {
    while (sent < count) {
      const address = `contact.${sent++ % 1_000}@mail.example.com`
      const response = await fetch(`${url}/targets?unicity=${encodeURIComponent(address)}`, {
        method: "PUT",
        headers: { "x-key": key, "content-type": "application/json" },
        body: JSON.stringify({ 8103: address, 8101: "Mr" }),
      })
      await response.arrayBuffer()
      if (response.status !== 200) throw new Error(`The sandbox answered ${response.status}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return count / ((performance.now() - begun) / 1_000)
}

/** Resident memory in MiB, now and at its highest: Linux alone tells. */
const memory = async (pid: number): Promise<{ readonly now: number; readonly most: number }> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "")
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? NaN) / 1_024
  return { now: mebibytes("VmRSS"), most: mebibytes("VmHWM") }
}

const bodySize = 100 * 2 ** 20

const sendLarge = async ({ key, url }: Started): Promise<number> => {
  const response = await fetch(`${url}/targets?unicity=large@mail.example.com`, {
    method: "PUT",
    headers: { "x-key": key, "content-type": "application/json" },
    body: JSON.stringify({ 8101: "x".repeat(bodySize) }),
  })
  await response.arrayBuffer()
  return response.status
}

/** The sandbox. */
export const sandbox: Part = {
  title: "The sandbox over HTTP",
  run: async function* (home, { quick, rounds }) {
    const targets = quick ? 10_000 : 100_000
    const seed = join(home, "seed.json")
    await writeFile(seed, seedOf(targets))
    const listens: Array<number> = []
    const seeded: Array<number> = []
    const served: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const empty = await start()
      listens.push(empty.millis)
      served.push(await serve(empty))
      empty.stop()
      const full = await start("--seed", seed)
      seeded.push(full.millis)
      full.stop()
    }
    const large = await start()
    const before = await memory(large.pid)
    const status = await sendLarge(large)
    const { most } = await memory(large.pid)
    await serve(large)
    const after = await memory(large.pid)
    large.stop()
    yield table(["", ""], [
      ["listens after, ms", spread(listens)],
      [`listens with ${number(targets)} targets after, ms`, spread(seeded)],
      [`upserts a second, ${atOnce} at once`, spread(served)],
      [`a body of 100 MiB (${status}): memory at most, MiB`, number(most - before.now)],
      [`the same after ${number(count)} more requests, MiB`, number(after.now - before.now)],
    ])
  },
}
