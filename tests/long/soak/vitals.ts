/**
 * What a process holds: memory, sockets, timers and fibers.
 *
 * @module
 */
import type * as Metric from "effect/Metric"
import { readdirSync, readlinkSync } from "node:fs"
import process from "node:process"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** One look at it. Undefined is what this system doesn't tell. */
export interface Vitals {
  readonly rss: number
  readonly heap: number
  readonly sockets: number | undefined
  readonly timers: number | undefined
  readonly fibers: number
  /** The most fibers at once since the last look. */
  readonly mostFibers: number
}

const findGc = (): (() => void) | undefined => {
  const exposed: unknown = Reflect.get(globalThis, "gc")
  if (typeof exposed === "function") return () => void exposed()
  try {
    setFlagsFromString("--expose-gc")
    const found: unknown = runInNewContext("gc")
    return typeof found === "function" ? () => void found() : undefined
  } catch {
    return undefined
  }
}

const gc = findGc()

/** Whether garbage is collected before the heap is measured. */
export const collects: boolean = gc !== undefined

const countSockets = (): number | undefined => {
  try {
    const isSocket = (fd: string): boolean => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith("socket:")
      } catch {
        // Closed since it was listed.
        return false
      }
    }
    return readdirSync("/proc/self/fd").filter(isSocket).length
  } catch {
    // Not Linux.
    return undefined
  }
}

const countTimers = (): number | undefined => {
  const resources = process.getActiveResourcesInfo?.()
  return resources?.filter((resource) => resource === "Timeout").length
}

let started = 0
let ended = 0
let most = 0

/** Counts the fibers of all programs that it is provided to. */
export const countFibers: Metric.FiberRuntimeMetricsService = {
  recordFiberStart: () => {
    started++
    most = Math.max(most, started - ended)
  },
  recordFiberEnd: () => {
    ended++
  },
}

/** Looks. */
export const look = async (): Promise<Vitals> => {
  // More than once: what has a finalizer is let go of in between, and collected the next time.
  for (let pass = 0; pass < 4; pass++) {
    gc?.()
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  const { heapUsed, rss } = process.memoryUsage()
  const mostFibers = most
  most = started - ended
  return {
    rss,
    heap: heapUsed,
    sockets: countSockets(),
    timers: countTimers(),
    fibers: started - ended,
    mostFibers,
  }
}
