/**
 * What a worker measures of itself.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import process from "node:process"

const MiB = 2 ** 20

/** The most memory that was resident, in MiB, by the kernel's own count where it can be read. */
export const peakRss = (): number => {
  try {
    const kept = /VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))
    if (kept !== null) return Number(kept[1]) / 1024
  } catch {
    // Not Linux.
  }
  return Math.max(process.resourceUsage().maxRSS / 1024, process.memoryUsage().rss / MiB)
}

/** CPU time of this process so far, in microseconds. */
export const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Hands the figures to whoever started this. */
export const report = (figures: Readonly<Record<string, unknown>>): never => {
  console.log(JSON.stringify(figures))
  // What keeps connections alive must not keep the process.
  process.exit(0)
}
