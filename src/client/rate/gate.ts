/**
 * The gate that requests pass: the controller and a known limit, with time and queues.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Gate, GateRequest, Observation, Overdue, Report, Watch } from "../Gate.ts"
import { dateOf } from "../retryAfter.ts"
import { type Limit, TokenBucket } from "./bucket.ts"
import {
  type Admission,
  admit,
  admitProbe,
  admitSingle,
  initial,
  learn,
  type Signal,
  type State,
} from "./controller.ts"
import { remainingOf, resetOf } from "./headers.ts"
import { Line, overdue } from "./line.ts"
import { Stopwatch } from "./stopwatch.ts"

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** The longest sleep in one piece: a response that comes meanwhile may have ended the wait. */
const longestSleep = 250

/** A gate that follows the controller, and keeps to a limit where one is known. */
export class AdaptiveGate implements Gate {
  readonly maxWait: Duration.Duration | undefined
  readonly watch: Watch
  readonly #stopwatch = new Stopwatch()
  readonly #bucket: TokenBucket | undefined
  /** Where requests wait for a limit. */
  readonly #queue = new Line()
  /** Where requests of bulk runs wait for the end of an outage, so that single calls pass them. */
  readonly #halted = new Line()
  readonly #undecided = new Set<(isOutage: boolean) => void>()
  #state: State

  constructor(
    fiber: AnyFiber,
    options: { readonly limit?: Limit; readonly maxWait?: Duration.Duration | undefined } = {},
  ) {
    const now = this.#stopwatch.now(fiber)
    this.#state = initial(now)
    this.#bucket = options.limit && new TokenBucket(options.limit, now)
    this.maxWait = options.maxWait
    this.watch = {
      isDown: () => this.#isDown,
      verdict: this.#verdict,
      wait: Effect.withFiber((fiber) => Effect.succeed(this.#waitOfFirst(fiber))),
    }
  }

  acquire(request: GateRequest): Effect.Effect<Report, Overdue> {
    return Effect.withFiber((fiber) => {
      const now = this.#stopwatch.now(fiber)
      if (this.#isFree(request) && this.#tryPass(now, request) === 0) {
        return Effect.succeed(this.#reporter(request))
      }
      const patience = request.maxWait === undefined ? Infinity : Duration.toMillis(request.maxWait)
      const waits = this.#wait(request, now + patience)
      // The first of the line looks at the time often enough for all longer waits.
      return patience >= longestSleep
        ? waits
        : Effect.timeoutOrElse(waits, { duration: patience, orElse: () => overdue })
    })
  }

  get #isDown(): boolean {
    return this.#state.probeAt !== undefined
  }

  #isFree({ isBulk }: GateRequest): boolean {
    return this.#queue.isEmpty() && !(isBulk && this.#isDown)
  }

  #wait(request: GateRequest, deadline: number): Effect.Effect<Report, Overdue> {
    return Effect.suspend(() => {
      const isHalted = request.isBulk && this.#isDown
      const line = isHalted ? this.#halted : this.#queue
      return Effect.flatMap(
        line.run(this.#poll(request, deadline, line), deadline),
        // An outage has begun or ended meanwhile: it waits for something else now.
        (report) => report === undefined ? this.#wait(request, deadline) : Effect.succeed(report),
      )
    })
  }

  /** The first of a line: passes as soon as it may; `undefined` when it is in the wrong line. */
  #poll(
    request: GateRequest,
    deadline: number,
    line: Line,
  ): Effect.Effect<Report | undefined, Overdue> {
    return Effect.withFiber((fiber) => {
      if (request.isBulk && this.#isDown !== (line === this.#halted)) {
        return Effect.succeed(undefined)
      }
      const now = this.#stopwatch.now(fiber)
      const wait = this.#tryPass(now, request)
      if (wait === 0) return Effect.succeed(this.#reporter(request))
      if (now >= deadline) return overdue
      line.expire(now)
      const sleep = Math.min(wait, longestSleep, line.nextDeadline - now)
      return Effect.flatMap(
        this.#stopwatch.sleep(Math.ceil(sleep)),
        () => this.#poll(request, deadline, line),
      )
    })
  }

  /** Passes and returns 0, or returns how long to wait. */
  #tryPass(now: number, request: GateRequest): number {
    const known = this.#bucket?.wait(now) ?? 0
    if (known > 0) return known
    const { state, wait } = this.#admit(request, now)
    this.#state = state
    if (wait === 0) this.#bucket?.take()
    return wait
  }

  #admit({ isBulk }: GateRequest, now: number): Admission {
    if (!isBulk) return admitSingle(this.#state, now)
    return this.#isDown ? admitProbe(this.#state, now) : admit(this.#state, now)
  }

  #reporter({ call }: GateRequest): Report {
    const request = this.#state.sent
    return (observation) =>
      Effect.withFiber((fiber) => {
        const wall = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
        const signal = read(observation, { request, call }, wall)
        this.#state = learn(this.#state, this.#stopwatch.now(fiber), signal)
        this.#decide()
        return Effect.void
      })
  }

  /** Tells those who wait for it whether the failures are an outage, once that is known. */
  #decide(): void {
    if (this.#state.streak !== undefined && !this.#isDown) return
    for (const tell of Array.from(this.#undecided)) tell(this.#isDown)
  }

  readonly #verdict: Effect.Effect<boolean> = Effect.callback<boolean>((resume) => {
    const tell = (isOutage: boolean): void => {
      this.#undecided.delete(tell)
      resume(Effect.succeed(isOutage))
    }
    this.#undecided.add(tell)
    this.#decide()
    return Effect.sync(() => this.#undecided.delete(tell))
  })

  #waitOfFirst(fiber: AnyFiber): Duration.Duration | undefined {
    if (this.#queue.isEmpty() && this.#halted.isEmpty()) return undefined
    const now = this.#stopwatch.now(fiber)
    const { wait } = this.#isDown ? admitProbe(this.#state, now) : admit(this.#state, now)
    return Duration.millis(Math.max(wait, this.#bucket?.wait(now) ?? 0))
  }
}

const read = (
  { headers, retryAfter, status }: Observation,
  { call, request }: Pick<Signal, "call" | "request">,
  wallMillis: number,
): Signal => {
  const isThrottled = status === 429
  const isFailed = status === undefined || status >= 500
  const reset = isThrottled ? resetOf(headers, dateOf(headers, wallMillis)) : undefined
  return {
    kind: isThrottled ? "throttled" : isFailed ? "failed" : "answered",
    request,
    call,
    wait: retryAfter === undefined ? reset : Duration.toMillis(retryAfter),
    remaining: remainingOf(headers),
  }
}
