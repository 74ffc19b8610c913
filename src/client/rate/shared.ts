/**
 * A gate whose limit is kept elsewhere, by Effect's `RateLimiter`.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { ConsumeResult, RateLimiter } from "effect/persistence/RateLimiter"
import type { Gate, GateRequest, Overdue, Report, Watch } from "../Gate.ts"
import { type Limit, TokenBucket } from "./bucket.ts"
import { AdaptiveGate } from "./gate.ts"
import { Line, overdue } from "./line.ts"
import { Stopwatch } from "./stopwatch.ts"

/** The options of a shared limit, checked. */
export interface SharedLimit {
  readonly consume: Parameters<RateLimiter["consume"]>[0]
  readonly maxWait: Duration.Duration | undefined
  readonly storeTimeout: Duration.Duration
  /** The limit that holds while the store fails; `undefined` waits for the store. */
  readonly spare: Limit | undefined
}

/** How often the store is tried while it fails, in milliseconds. */
const retryEvery = 1_000

/** A gate that asks the store once the adaptive gate has let a request through. */
export class SharedGate implements Gate {
  readonly maxWait: Duration.Duration | undefined
  readonly watch: Watch
  readonly #adaptive: AdaptiveGate
  readonly #stopwatch = new Stopwatch()
  readonly #queue = new Line()
  readonly #spare: TokenBucket | undefined
  readonly #consume: Effect.Effect<ConsumeResult, string>
  /** When the store failed last; `undefined` while it works. */
  #failedAt: number | undefined

  constructor(fiber: Fiber.Fiber<unknown, unknown>, limiter: RateLimiter, options: SharedLimit) {
    this.#adaptive = new AdaptiveGate(fiber)
    this.#spare = options.spare && new TokenBucket(options.spare, this.#stopwatch.now(fiber))
    this.maxWait = options.maxWait
    const { watch } = this.#adaptive
    this.watch = {
      ...watch,
      // Without its limit a bulk run can't go on either.
      isDown: () => watch.isDown() || (this.#failedAt !== undefined && this.#spare === undefined),
    }
    this.#consume = limiter.consume(options.consume).pipe(
      Effect.mapError((error) => error.reason._tag),
      Effect.timeoutOrElse({
        duration: options.storeTimeout,
        orElse: () => Effect.fail("Timeout"),
      }),
      Effect.catchDefect(() => Effect.fail("Defect")),
    )
  }

  acquire(request: GateRequest): Effect.Effect<Report, Overdue> {
    const { maxWait } = request
    const passed = Effect.tap(
      this.#adaptive.acquire({ ...request, maxWait: undefined }),
      () => this.#queue.run(this.#take),
    )
    // A timer each: the first in the queue waits for the store, and can't tell the others the time.
    return maxWait === undefined || !Duration.isFinite(maxWait)
      ? passed
      : Effect.timeoutOrElse(passed, { duration: maxWait, orElse: () => overdue })
  }

  /** Takes one request's share of the limit, and waits until it may be used. */
  get #take(): Effect.Effect<void> {
    return Effect.withFiber((fiber) => {
      const since = this.#stopwatch.now(fiber) - (this.#failedAt ?? -Infinity)
      if (since >= retryEvery) {
        return Effect.matchEffect(this.#consume, {
          onSuccess: ({ delay }) => Effect.andThen(this.#works, Effect.sleep(delay)),
          onFailure: (reason) => Effect.andThen(this.#fails(reason), this.#take),
        })
      }
      if (this.#spare === undefined) return this.#after(retryEvery - since)
      const wait = this.#spare.wait(this.#stopwatch.now(fiber))
      if (wait > 0) return this.#after(wait)
      this.#spare.take()
      return Effect.void
    })
  }

  #after(millis: number): Effect.Effect<void> {
    return Effect.flatMap(this.#stopwatch.sleep(Math.ceil(millis)), () => this.#take)
  }

  get #works(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#failedAt === undefined) return Effect.void
      this.#failedAt = undefined
      return Effect.logInfo("The store of the rate limit works again")
    })
  }

  #fails(reason: string): Effect.Effect<void> {
    return Effect.withFiber((fiber) => {
      const isNew = this.#failedAt === undefined
      this.#failedAt = this.#stopwatch.now(fiber)
      if (!isNew) return Effect.void
      return Effect.logWarning(
        this.#spare === undefined
          ? "The store of the rate limit fails; requests wait for it"
          : "The store of the rate limit fails; a limit of this machine's own holds until it works",
      ).pipe(Effect.annotateLogs({ failure: reason }))
    })
  }
}
