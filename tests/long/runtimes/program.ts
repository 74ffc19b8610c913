/**
 * The program that runs on every runtime: it makes the calls that the referee asks for, one after the
 * other, and reports how each ended. It needs no test framework and nothing of any one runtime.
 *
 * @module
 */
import { type Np6Response, RateLimit, RetryPolicy, Targets } from "@effect-np6/targets"
import type * as Exit from "effect/Exit"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { endedOf } from "../faults/ended.ts"
import { type Failure, healthy, operations } from "../faults/operations.ts"
import type { Came, Order } from "./protocol.ts"

const ask = async <A>(referee: string, path: string, body: unknown): Promise<A> => {
  const response = await fetch(referee + path, { method: "POST", body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`the referee answers ${path} with ${response.status}`)
  return await response.json()
}

const layerOf = ({ key, replays, retries, timeout, url }: Order) =>
  Targets.layerFetch({
    apiKey: Redacted.make(key),
    baseUrl: url,
    // Where the fault isn't silence, it is the default: a timer that stays behind keeps a process up.
    ...timeout === undefined ? {} : { timeout },
    rateLimit: RateLimit.none,
    retry: RetryPolicy.make({
      schedule: Schedule.forever,
      retries,
      budget: "unlimited",
      replayCreate: replays,
    }),
  })

/** How a call ended, which must be one value or one typed error. */
const cameOf = (exit: Exit.Exit<Np6Response<unknown>, Failure>): Came => {
  const { error, outcome, value } = endedOf(exit)
  if (value !== undefined) return { outcome, attempts: value.attempts, status: value.status }
  if (error === undefined) return { outcome, attempts: 0 }
  const { applied, attempts, detail } = error
  return { outcome, applied, attempts, status: error.status, detail }
}

const obey = async (referee: string, order: Order): Promise<Came> => {
  const operation = operations.find(({ name }) => name === order.operation)
  if (operation === undefined) throw new Error(`no operation ${order.operation}`)
  const runtime = ManagedRuntime.make(layerOf(order))
  try {
    const { withResponse } = await runtime.runPromise(Targets)
    if (order.isUsed) await runtime.runPromise(healthy(withResponse))
    await ask(referee, "/strike", { id: order.id })
    const came = cameOf(await runtime.runPromiseExit(operation.run(withResponse)))
    await ask(referee, "/over", { id: order.id })
    // What the fault left behind mustn't reach the call after it.
    const next = cameOf(await runtime.runPromiseExit(healthy(withResponse)))
    return { ...came, next: next.outcome }
  } finally {
    await runtime.dispose()
  }
}

/** Makes calls until the referee has no more; gives how many there were. */
export const obeyAll = async (referee: string): Promise<number> => {
  for (let calls = 0;; calls++) {
    const { order } = await ask<{ readonly order?: Order }>(referee, "/next", {})
    if (order === undefined) return calls
    await ask(referee, "/came", { id: order.id, came: await obey(referee, order) })
  }
}
