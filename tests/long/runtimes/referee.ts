/**
 * The other end: a sandbox behind a breaking proxy for each check. It hands out calls over HTTP, sees
 * what is on the wire and in the account, and says where a call didn't end as the rules of the fault
 * matrix say.
 *
 * @module
 */
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import { createServer, type IncomingMessage } from "node:http"
import { listening } from "../../harness/loopback.ts"
import { Sandbox } from "../../../src/sandbox/Sandbox.ts"
import { VirtualClock } from "../faults/clock.ts"
import { told } from "../faults/ended.ts"
import type { Runtime } from "../faults/faults.ts"
import { listenElsewhere } from "../faults/matrix.ts"
import { seed } from "../faults/operations.ts"
import { Proxy } from "../faults/proxy.ts"
import { expect, goesOverUsed, retries } from "../faults/rules.ts"
import { type Check, isSilent } from "./checks.ts"
import type { Came, Order } from "./protocol.ts"

/** Milliseconds after which a call gives up where the server is silent. */
const timeout = 500

/** Milliseconds that a runtime has to close a connection that its client has given up. */
const patience = 5_000

export interface Verdict {
  readonly check: Check
  /** Empty where all is as it must be. */
  readonly problems: ReadonlyArray<string>
  /** Whether the fault struck a connection that had carried a request before. */
  readonly struckUsed: boolean
  /** Whether more requests were on the wire than the client made attempts. */
  readonly isRepeated: boolean
}

export interface Referee {
  readonly url: string
  readonly verdicts: ReadonlyArray<Verdict>
  /** Resolves when the last check is judged. */
  readonly isOver: Promise<void>
  /** What is wrong with the run as a whole. */
  readonly problems: () => ReadonlyArray<string>
}

/** A check under way. */
interface Case {
  readonly check: Check
  readonly proxy: Proxy
  readonly sandbox: Sandbox["Service"]
  readonly before: string
  readonly close: Effect.Effect<void>
  requests: number
  isDone: boolean
  problems: Array<string>
}

const until = async (isTrue: () => boolean): Promise<boolean> => {
  const end = performance.now() + patience
  while (!isTrue() && performance.now() < end) await new Promise((done) => setTimeout(done, 2))
  return isTrue()
}

const differences = (expected: object, observed: object): ReadonlyArray<string> =>
  Object.entries(expected).flatMap(([key, value]) => {
    const found: unknown = Reflect.get(observed, key)
    return Object.is(found, value) ? [] : [`${key} is ${found} instead of ${value}`]
  })

interface Told {
  readonly id: number
  readonly came: Came
}

const jsonOf = async (request: IncomingMessage): Promise<Told> => {
  let text = ""
  for await (const piece of request.setEncoding("utf8")) text += piece
  return JSON.parse(text)
}

const open = (check: Check): Effect.Effect<Case> =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    return yield* Effect.gen(function* () {
      const context = yield* Layer.build(Layer.orDie(Sandbox.layerWith(seed)))
      return yield* Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const { port } = yield* Effect.orDie(Sandbox.serve())
        // Nobody sleeps on this clock: a fault that is silent stays so until the client closes.
        const clock = new VirtualClock()
        const proxy = new Proxy(port, { clock, heads: () => 0, isStreaming: false })
        yield* Effect.promise(() => proxy.open())
        yield* Effect.addFinalizer(() => Effect.promise(() => proxy.close()))
        return {
          check,
          proxy,
          sandbox,
          before: told((yield* sandbox.state).targets),
          close: Scope.close(scope, Exit.void),
          requests: 0,
          isDone: false,
          problems: [],
        }
      }).pipe(Effect.provideContext(context))
    }).pipe(Effect.provideService(Scope.Scope, scope))
  })

/** Starts a referee of a runtime; the end of the scope ends it. */
export const referee = (
  runtime: Runtime,
  checks: ReadonlyArray<Check>,
): Effect.Effect<Referee, never, Scope.Scope> =>
  Effect.gen(function* () {
    const elsewhere = yield* Effect.acquireRelease(
      Effect.promise(listenElsewhere),
      (elsewhere) => Effect.promise(elsewhere.close),
    )
    const queue = checks.entries()
    const cases = new Map<number, Case>()
    const verdicts: Array<Verdict> = []
    const { promise: isOver, resolve: end } = Promise.withResolvers<void>()

    const next = async (): Promise<{ readonly order?: Order }> => {
      const { done, value } = queue.next()
      if (done === true) return {}
      const [id, check] = value
      const opened = await Effect.runPromise(open(check))
      cases.set(id, opened)
      return {
        order: {
          id,
          url: opened.proxy.url,
          key: Redacted.value(opened.sandbox.keys.full),
          operation: check.operation.name,
          isUsed: check.connection === "used",
          replays: check.operation.replays,
          retries,
          ...isSilent(check.fault) ? { timeout } : {},
        },
      }
    }

    const strike = async (one: Case): Promise<object> => {
      const { act } = one.check.fault
      one.requests = one.proxy.requests
      if (act === "refused") await one.proxy.leave()
      else if (act !== "unresolved") {
        one.proxy.strike(act(elsewhere), one.check.strikes === "always" ? Infinity : 1)
      }
      return {}
    }

    const over = async (one: Case): Promise<object> => {
      const { check, problems, proxy } = one
      // A connection whose response isn't whole is of no more use.
      if (!await until(() => proxy.busy === 0)) problems.push(`${proxy.busy} connections are open`)
      one.requests = proxy.requests - one.requests
      const { targets } = await Effect.runPromise(one.sandbox.state)
      one.isDone = check.operation.isDone(targets)
      if (!one.isDone && told(targets) !== one.before) problems.push(`NP6 holds ${told(targets)}`)
      proxy.strike(undefined, 0)
      if (!proxy.isOpen) await proxy.open()
      return {}
    }

    const judge = async ({ check, close, isDone, problems, proxy, requests }: Case, came: Came) => {
      const { applied, attempts, outcome, requests: sent, status, isDone: done } = expect(
        runtime,
        check.operation,
        check.fault,
        check,
      )
      const must = {
        outcome,
        applied,
        attempts,
        status,
        requests: sent,
        isDone: done,
        next: "value",
      }
      const found = differences(must, { ...came, requests, isDone })
      if (found.length > 0 && came.detail) problems.push(`detail: ${came.detail}`)
      if (came.applied === "no" && isDone) problems.push("it was applied all the same")
      const struckUsed = proxy.struckUsed === true
      if (
        typeof check.fault.act === "function" &&
        struckUsed !== goesOverUsed(runtime, check.operation, check)
      ) {
        problems.push(`its connection was ${struckUsed ? "used" : "fresh"}`)
      }
      verdicts.push({
        check,
        problems: [...found, ...problems],
        struckUsed,
        isRepeated: requests > came.attempts,
      })
      if (verdicts.length === checks.length) end()
      await Effect.runPromise(close)
      return {}
    }

    const routes: { readonly [path: string]: (told: Told) => Promise<object> } = {
      "/next": next,
      "/strike": ({ id }) => withCase(id, strike),
      "/over": ({ id }) => withCase(id, over),
      "/came": ({ id, came }) => withCase(id, (one) => judge(one, came)),
    }
    const withCase = (id: number, run: (one: Case) => Promise<object>): Promise<object> => {
      const one = cases.get(id)
      return one === undefined ? Promise.reject(new Error(`no check ${id}`)) : run(one)
    }
    const { port } = yield* listening(createServer(async (request, response) => {
      try {
        const answer = await routes[request.url ?? ""]?.(await jsonOf(request))
        response.end(JSON.stringify(answer))
      } catch (error) {
        console.error(error)
        response.writeHead(500).end()
      }
    }))
    return {
      url: `http://127.0.0.1:${port}`,
      verdicts,
      isOver,
      problems: () => [
        ...verdicts.length === checks.length
          ? []
          : [`${checks.length - verdicts.length} checks are missing`],
        ...elsewhere.connections() === 0 ? [] : ["something connected to where a redirect leads"],
      ],
    }
  })
