/**
 * The engine of the bulk operators: every input that is taken gets exactly one outcome.
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CurrentBulkCall, type Failing } from "../client/bulkCall.ts"
import { type CommonFailure, TransportError } from "../client/Errors.ts"
import type { Gate, Watch } from "../client/Gate.ts"
import { Entry, type Host } from "./entry.ts"
import { isAcceptance, isRefusal, isTemporary } from "./failure.ts"
import type { Received } from "./given.ts"
import { checkOptions, type Settings } from "./options.ts"
import type { BulkOptions, Done, Failed, NotTried, Outcome } from "./Outcome.ts"
import { Refusals } from "./refusals.ts"
import { Slots } from "./slots.ts"
import { type Hold, Tally } from "./tally.ts"

/** A unit whose call didn't end, or one of its inputs. */
export interface Unended<out Tag extends "NotTried" | "Interrupted", out I> {
  readonly _tag: Tag
  readonly input: I
  readonly applied: "no" | "unknown"
}

/** What an operator does. A unit is what one call is for: an input, or a chunk of them. */
export interface Work<Unit, P, A, E, R, I, B, F> {
  /** The name of the operation, for errors. */
  readonly operation: string
  /** Reads a unit, once. */
  readonly prepare: (unit: Unit) => Received<P, E, R>
  /** Calls of the same key don't overtake each other. */
  readonly key?: ((prepared: P) => string | undefined) | undefined
  readonly call: (prepared: P) => Effect.Effect<A, E, R>
  /** How many inputs a unit has. Default: 1. */
  readonly size?: ((unit: Unit) => number) | undefined
  /** The outcomes of a unit's inputs. */
  readonly expand: <Tag extends "NotTried" | "Interrupted">(
    outcome: Done<Unit, A> | Failed<Unit, E> | Unended<Tag, Unit>,
    prepared: P | undefined,
  ) => Arr.NonEmptyReadonlyArray<Done<I, B> | Failed<I, F> | Unended<Tag, I>>
}

/** Runs the work over a stream of units. */
export const run = <Unit, P, A, E, R, I, B, F>(
  work: Work<Unit, P, A, E, R, I, B, F>,
  options: BulkOptions<I, B, F>,
) =>
<E2, R2>(
  units: Stream.Stream<Unit, E2, R2>,
): Stream.Stream<Outcome<I, B, F>, E2 | CommonFailure, R | R2> =>
  Stream.transformPull(units, (pull, scope) =>
    Effect.gen(function* () {
      const settings = yield* checkOptions(work.operation, options)
      const context = yield* Effect.context<R>()
      const run = new Run<Unit, P, A, E, R, I, B, F, E2>(
        work,
        settings,
        context,
        yield* Clock.Clock,
      )
      yield* Scope.addFinalizer(scope, run.finish)
      run.start(pull)
      return run.pull
    }))

/** How a run ends before its source does. */
interface Ending {
  /** What the stream fails with. */
  readonly error: CommonFailure | undefined
  /** Whether requests under way are waited for. */
  readonly isGentle: boolean
}

/** How many units are taken at least, while it isn't known whether there is an outage. */
const enoughToTell = 10

type AnyEntry = Entry<unknown, unknown, unknown, unknown>

class Run<Unit, P, A, E, R, I, B, F, E2> implements Host {
  readonly #work: Work<Unit, P, A, E, R, I, B, F>
  readonly #settings: Settings<I, B, F>
  readonly #clock: Clock.Clock
  readonly #tally: Tally
  readonly #fork: <X, Y>(effect: Effect.Effect<X, Y, R>) => Fiber.Fiber<X, Y>
  readonly #slots: Slots
  readonly #refusals = new Refusals()
  /** Ends the wait of units that failed, and whose failure may be the begin of an outage. */
  readonly #suspects = new Set<() => void>()
  readonly #gates = new Set<Gate>()
  #feeder: Fiber.Fiber<void> | undefined
  #ticker: Fiber.Fiber<void> | undefined
  #stopper: Fiber.Fiber<unknown> | undefined
  /** All units that were taken and not wholly handed on, in order. */
  readonly #taken = new Set<Entry<Unit, P, A, E>>()
  /** Where outcomes aren't ordered: those of them that are settled, in the order in which they were. */
  readonly #settled: Array<Entry<Unit, P, A, E>> = []
  /** The last unit of each key. */
  readonly #last = new Map<string, Entry<Unit, P, A, E>>()
  /** Those whose key isn't known yet, and those behind them. */
  readonly #unregistered: Array<Entry<Unit, P, A, E>> = []
  /** How many units have given up their slots until a verdict. */
  #parked = 0
  #sent = 0
  #lastError: CommonFailure | undefined
  #downSince: number | undefined
  /** How many seconds the outage has been looked at: fake timers pass without the clock. */
  #downTicks = 0
  #wasStuck = false
  /** How the source has ended. */
  #sourceEnd: Cause.Cause<E2 | Cause.Done> | undefined
  #ending: Ending | undefined
  #isClosing = false
  /** A defect, or an interruption that a call made itself. */
  #broken: Cause.Cause<never> | undefined
  /** The outcomes that are being handed on. */
  #expanded: {
    readonly entry: Entry<Unit, P, A, E>
    readonly outcomes: Arr.NonEmptyReadonlyArray<Outcome<I, B, F>>
  } | undefined
  #resumeFeeder: (() => void) | undefined
  #resumeConsumer: (() => void) | undefined

  constructor(
    work: Work<Unit, P, A, E, R, I, B, F>,
    settings: Settings<I, B, F>,
    context: Context.Context<R>,
    clock: Clock.Clock,
  ) {
    this.#work = work
    this.#settings = settings
    this.#clock = clock
    this.#tally = settings.tally ?? new Tally()
    this.#fork = Effect.runForkWith(context)
    this.#slots = new Slots(settings.concurrency)
  }

  // What calls need to know, and report.

  readonly now = (): number => Number(this.#clock.monotonicTimeNanosUnsafe()) / 1e6

  readonly nextRequest = (): number => ++this.#sent

  readonly countRetry = (): void => {
    this.#tally.retried++
  }

  readonly useGate = (gate: Gate): void => {
    this.#gates.add(gate)
    // A call that makes a connection of its own each time leaves its gates behind.
    const [oldest] = this.#gates
    if (this.#gates.size > 16 && oldest !== undefined) this.#gates.delete(oldest)
  }

  readonly isEnding = (): boolean => this.#ending !== undefined

  readonly notes = (error: unknown): void => {
    if (isTemporary(error)) this.#lastError = error
  }

  readonly reviews = (
    entry: AnyEntry,
    { call, error, gate, isRepeatable, request }: Failing,
  ): Effect.Effect<boolean> =>
    Effect.suspend(() => {
      this.notes(error)
      if (isRefusal(error) && isRepeatable) return this.#refused(entry, call, error, request)
      if (!isTemporary(error)) {
        if (isAcceptance(error)) this.#refusals.accept(request)
        entry.final.add(error)
        return Effect.succeed(false)
      }
      return isRepeatable && gate.watch !== undefined && !this.isEnding()
        ? this.#suspect(entry, gate.watch)
        : Effect.succeed(false)
    })

  // From the source to the calls.

  /** Starts taking units. */
  start(pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Unit>, E2>): void {
    this.#tally.begin(this.now())
    this.#tally.hold = this.#hold
    const { stop } = this.#settings
    if (stop !== undefined) {
      this.#stopper = this.#fork(stop)
      this.#stopper.addObserver(() => {
        if (!this.#isClosing) this.#end({ error: undefined, isGentle: true })
      })
    }
    this.#feeder = this.#fork(this.#feed(pull))
  }

  #feed(pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Unit>, E2>): Effect.Effect<void> {
    return pull.pipe(
      Effect.flatMap((units) => this.#takeAll(units, 0)),
      Effect.forever({ disableYield: true }),
      Effect.catchCause((cause) =>
        Effect.sync(() => {
          this.#sourceEnd ??= cause
          this.#changed()
        })
      ),
    )
  }

  #takeAll(units: ReadonlyArray<Unit>, from: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      for (let index = from; index < units.length; index++) {
        if (!this.#mayTake) {
          return Effect.andThen(this.#room, this.#takeAll(units, index))
        }
        // Within the bounds of the array, which may hold `undefined`.
        this.#take(units[index] as Unit)
      }
      return Effect.void
    })
  }

  get #mayTake(): boolean {
    // It takes others to tell an outage, and some of them may wait for those that are parked.
    const { concurrency } = this.#settings
    const most = this.#suspects.size > 0 ? Math.max(concurrency, enoughToTell) : concurrency
    return this.#ending === undefined && this.#refusals.isClear &&
      this.#taken.size - this.#parked < most &&
      !(this.#isDown && this.#taken.size > 0)
  }

  readonly #room: Effect.Effect<void> = Effect.callback<void>((resume) => {
    this.#resumeFeeder = () => resume(Effect.void)
    return Effect.sync(() => {
      this.#resumeFeeder = undefined
    })
  })

  #take(unit: Unit): void {
    const entry = new Entry<Unit, P, A, E>(this, unit)
    this.#taken.add(entry)
    this.#tally.taken += this.#work.size?.(unit) ?? 1
    if (this.#work.key !== undefined) this.#unregistered.push(entry)
    this.#watchTime()
    const received = this.#work.prepare(unit)
    if (Result.isResult(received) && Result.isFailure(received)) {
      this.#settle(entry, { _tag: "Failed", input: unit, error: received.failure })
      return
    }
    const fiber = this.#fork(
      Result.isResult(received)
        ? this.#prepared(entry, received.success)
        // Its callback is an effect, which may call NP6 too.
        : this.#slots.acquire(entry).pipe(
          Effect.andThen(Effect.provideService(received, CurrentBulkCall, entry)),
          Effect.flatMap((value) => this.#prepared(entry, value)),
        ),
    )
    entry.fiber = fiber
    fiber.addObserver((exit) => this.#ended(entry, exit))
    if (entry.isCut) fiber.interruptUnsafe()
  }

  /** A unit that was read: it waits for those of its key, then for a slot, and is called. */
  #prepared(entry: Entry<Unit, P, A, E>, value: P): Effect.Effect<A, E, R> {
    entry.prepared = { value }
    this.#register()
    const called = Effect.andThen(this.#slots.acquire(entry), this.#call(entry, value))
    const isFirst = this.#work.key === undefined || (entry.isRegistered && !entry.previous)
    return isFirst ? called : Effect.andThen(this.#wait(entry), called)
  }

  /** Registers units under their keys, in the order in which they were taken. */
  #register(): void {
    for (;;) {
      const [first] = this.#unregistered
      if (first === undefined || (!first.prepared && !first.outcome)) return
      this.#unregistered.shift()
      const key = first.prepared && this.#work.key?.(first.prepared.value)
      if (key !== undefined && first.outcome === undefined) {
        first.key = key
        first.previous = this.#last.get(key)
        this.#last.set(key, first)
      }
      first.register()
    }
  }

  /** Waits for those of its key before it, without a slot. */
  #wait(entry: Entry<Unit, P, A, E>): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#slots.release(entry)
      this.#changed()
      return entry.registered
    }).pipe(
      Effect.andThen(Effect.suspend(() => entry.previous?.settled ?? Effect.void)),
      Effect.map(() => {
        // Or each unit would keep all those before it that have its key.
        entry.previous = undefined
      }),
    )
  }

  #call(entry: Entry<Unit, P, A, E>, prepared: P): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      entry.hasBegun = true
      entry.lastRequest = this.nextRequest()
      return this.#work.call(prepared)
    }).pipe(
      Effect.provideService(CurrentBulkCall, entry),
      // A refusal that no call of ours has met, such as that of a service in a test.
      Effect.catch((error) =>
        isRefusal(error) && !entry.final.has(error)
          ? Effect.flatMap(
            this.#refused(entry, entry, error, entry.lastRequest),
            (again) => again ? this.#call(entry, prepared) : Effect.fail(error),
          )
          : Effect.fail(error)
      ),
    )
  }

  #ended(entry: Entry<Unit, P, A, E>, exit: Exit.Exit<A, E>): void {
    entry.fiber = undefined
    this.#unpark(entry)
    const { requests, unit } = entry
    if (Exit.isSuccess(exit)) {
      this.#refusals.accept(entry.lastRequest)
      this.#settle(entry, { _tag: "Done", input: unit, value: exit.value, attempts: requests })
      return
    }
    const found = Cause.findError(exit.cause)
    if (Result.isSuccess(found) && !entry.isCut) {
      this.#settle(entry, { _tag: "Failed", input: unit, error: found.success })
    } else if (entry.isCut && !Cause.hasDies(exit.cause)) {
      this.#settle(entry, { _tag: "NotTried", input: unit, applied: entry.applied })
    } else if (!this.#isClosing) {
      this.#broken ??= Result.isFailure(found) ? found.failure : Cause.empty
      this.#changed()
    }
  }

  #settle(
    entry: Entry<Unit, P, A, E>,
    outcome: Done<Unit, A> | Failed<Unit, E> | NotTried<Unit>,
  ): void {
    if (entry.key !== undefined && this.#last.get(entry.key) === entry) {
      this.#last.delete(entry.key)
    }
    if (!this.#settings.ordered) this.#settled.push(entry)
    this.#slots.release(entry)
    // After the slot is free, which those that it wakes need.
    entry.settle(outcome)
    this.#register()
    this.#changed()
  }

  // Verdicts: what a failure means may be known later. Until then it holds no slot.

  #refused(
    entry: AnyEntry,
    call: object,
    error: CommonFailure,
    request: number,
  ): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      if (this.#ending !== undefined) {
        entry.cut()
        return Effect.never
      }
      switch (this.#refusals.known(call)) {
        case "final":
          entry.final.add(error)
          return Effect.succeed(false)
        case "confirmed":
          this.#end({ error, isGentle: false })
          return Effect.never
      }
      return Effect.callback<boolean>((resume) => {
        this.#slots.close()
        this.#park(entry)
        const forget = this.#refusals.add(call, request, () => {
          this.#unpark(entry)
          this.#slots.enter(entry)
          resume(Effect.succeed(true))
        })
        this.#changed()
        return Effect.sync(forget)
      })
    })
  }

  #suspect(entry: AnyEntry, watch: Watch): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      if (watch.isDown()) return Effect.succeed(true)
      this.#park(entry)
      const givenUp = Effect.callback<boolean>((resume) => {
        const giveUp = () => resume(Effect.succeed(false))
        this.#suspects.add(giveUp)
        this.#changed()
        return Effect.sync(() => this.#suspects.delete(giveUp))
      })
      return Effect.flatMap(Effect.raceFirst(watch.verdict, givenUp), (isOutage) => {
        this.#unpark(entry)
        if (isOutage) return Effect.as(this.#slots.acquire(entry, true), true)
        this.#slots.enter(entry)
        return Effect.succeed(false)
      })
    })
  }

  #park(entry: AnyEntry): void {
    if (!entry.isParked) this.#parked++
    entry.isParked = true
    this.#slots.release(entry)
  }

  #unpark(entry: AnyEntry): void {
    if (entry.isParked) this.#parked--
    entry.isParked = false
  }

  /** Reports those that failed, where nothing is under way that could tell an outage. */
  #giveUp(): void {
    for (const giveUp of Array.from(this.#suspects)) giveUp()
  }

  get #isStuck(): boolean {
    return this.#suspects.size > 0 && this.#slots.isIdle && this.#refusals.isClear
  }

  // Time: once a second, while a unit is open, the run looks for outages.

  get #isDown(): boolean {
    for (const { watch } of this.#gates) if (watch?.isDown() === true) return true
    return false
  }

  #watchTime(): void {
    this.#ticker ??= this.#fork(Effect.flatMap(Effect.sleep(1_000), () => {
      this.#ticker = undefined
      if (this.#taken.size > 0) this.#look()
      return Effect.void
    }))
  }

  #look(): void {
    this.#watchTime()
    this.#downTicks = this.#isDown ? this.#downTicks + 1 : 0
    if (this.#downTicks === 0) this.#downSince = undefined
    else if (this.#outageLeft <= 0) this.#end({ error: this.#outageError, isGentle: false })
    const isStuck = this.#isStuck
    if (isStuck && this.#wasStuck) this.#giveUp()
    this.#wasStuck = isStuck
    this.#changed()
  }

  /** How many milliseconds the outage may still last. */
  get #outageLeft(): number {
    this.#downSince ??= this.now()
    const passed = Math.max(this.now() - this.#downSince, (this.#downTicks - 1) * 1_000)
    return this.#settings.maxOutage - passed
  }

  get #outageError(): CommonFailure {
    return this.#lastError ?? new TransportError({
      operation: this.#work.operation,
      applied: "no",
      attempts: 0,
      reason: "Timeout",
      detail: "no request could be sent: the limit's store fails, or others have found an outage",
    })
  }

  /** Ends the run before its source. */
  #end(ending: Ending): void {
    if (this.#ending !== undefined) return
    this.#ending = ending
    this.#feeder?.interruptUnsafe()
    for (const entry of this.#taken) {
      const isOpen = entry.outcome === undefined
      if (isOpen && (!ending.isGentle || entry.isWaiting)) entry.cut()
    }
    this.#changed()
  }

  /** Lets those go on who wait for what has changed. */
  #changed(): void {
    if (!this.#refusals.isClear && this.#slots.running === 0) {
      this.#refusals.judge()
      if (this.#refusals.isClear) this.#slots.open()
    }
    // No input is left that could tell.
    if (this.#isStuck && this.#sourceEnd !== undefined) this.#giveUp()
    if (this.#mayTake) this.#resumeFeeder?.()
    if (this.#hasNews) this.#resumeConsumer?.()
  }

  // From the calls to the consumer.

  /** Hands on the next outcome. */
  readonly pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Outcome<I, B, F>>, E2 | CommonFailure> = Effect
    .suspend(() => {
      if (this.#broken !== undefined) return Effect.failCause(this.#broken)
      const next = this.#next()
      // One at a time: of an array, it isn't known how far its consumer came before it stopped.
      if (next !== undefined) return Effect.succeed(Arr.of(next))
      if (this.#isOver) return this.#exit
      return Effect.flatMap(this.#news, () => this.pull)
    })

  get #isOver(): boolean {
    return this.#taken.size === 0 && (this.#ending !== undefined || this.#sourceEnd !== undefined)
  }

  get #hasNews(): boolean {
    return this.#broken !== undefined || this.#isOver || this.#ready?.outcome !== undefined
  }

  get #exit(): Pull.Pull<never, E2 | CommonFailure> {
    if (this.#ending?.error !== undefined) return Effect.fail(this.#ending.error)
    return this.#ending === undefined && this.#sourceEnd !== undefined
      ? Effect.failCause(this.#sourceEnd)
      : Cause.done()
  }

  readonly #news: Effect.Effect<void> = Effect.callback<void>((resume) => {
    this.#resumeConsumer = () => resume(Effect.void)
    return Effect.sync(() => {
      this.#resumeConsumer = undefined
    })
  })

  /** The entry whose outcomes come next, once it has them. */
  get #ready(): Entry<Unit, P, A, E> | undefined {
    if (!this.#settings.ordered) return this.#settled[0]
    for (const entry of this.#taken) return entry
    return undefined
  }

  #next(): Outcome<I, B, F> | undefined {
    const entry = this.#ready
    if (entry?.outcome === undefined) return undefined
    if (this.#expanded?.entry !== entry) {
      this.#expanded = {
        entry,
        outcomes: this.#work.expand(entry.outcome, entry.prepared?.value),
      }
    }
    const { outcomes } = this.#expanded
    const outcome = outcomes[entry.handedOn] ?? outcomes[0]
    entry.handedOn++
    if (entry.handedOn >= outcomes.length) this.#drop(entry)
    this.#tally.count(countOf[outcome._tag], this.now())
    return outcome
  }

  /** All outcomes of an entry were handed on. */
  #drop(entry: Entry<Unit, P, A, E>): void {
    this.#expanded = undefined
    this.#taken.delete(entry)
    if (!this.#settings.ordered) this.#settled.shift()
    if (this.#mayTake) this.#resumeFeeder?.()
  }

  // The end.

  /** Interrupts what is under way, and reports what was not handed on. */
  readonly finish: Effect.Effect<void> = Effect.suspend(() => {
    this.#isClosing = true
    const fibers: Array<Fiber.Fiber<unknown, unknown> | undefined> = [
      this.#feeder,
      this.#ticker,
      this.#stopper,
    ]
    for (const { fiber } of this.#taken) fibers.push(fiber)
    return Effect.andThen(
      Fiber.interruptAll(fibers.filter((fiber) => fiber !== undefined)),
      Effect.suspend(() => this.#report()),
    )
  })

  #report(): Effect.Effect<void> {
    const unfinished = Array.from(this.#taken).flatMap((entry) =>
      this.#work.expand<"NotTried" | "Interrupted">(
        entry.outcome ?? {
          _tag: entry.wasTried ? "Interrupted" : "NotTried",
          input: entry.unit,
          applied: entry.applied,
        },
        entry.prepared?.value,
      ).slice(entry.handedOn)
    )
    const now = this.now()
    for (const { _tag } of unfinished) this.#tally.count(countOf[_tag], now)
    this.#tally.finish(now)
    if (unfinished.length === 0) return Effect.void
    return this.#settings.onUnfinished?.(unfinished) ?? warn(unfinished)
  }

  /** What the run waits for, when all of it waits. */
  readonly #hold: Effect.Effect<Hold | undefined> = Effect.suspend(() => {
    if (!this.#refusals.isClear) return Effect.succeed<Hold>({ reason: "Refusal", left: undefined })
    if (this.#isDown) {
      const left = Duration.millis(Math.max(0, this.#outageLeft))
      return Effect.succeed<Hold>({ reason: "Outage", left })
    }
    const now = this.now()
    const sleeps: Array<number> = []
    for (const entry of this.#taken) {
      if (entry.isUnderWay) return Effect.succeed(undefined)
      if (entry.sleepsUntil !== undefined) sleeps.push(entry.sleepsUntil - now)
    }
    return Effect.map(
      Effect.forEach(this.#gates, ({ watch }) => watch?.wait ?? Effect.succeed(undefined)),
      (waits): Hold | undefined => {
        const atGates = waits.flatMap((wait) => wait === undefined ? [] : [Duration.toMillis(wait)])
        const left = Math.min(...sleeps, ...atGates)
        // Shorter waits are the pace of a run, and no news.
        return left >= 1_000 && left < Infinity
          ? { reason: "RateLimit", left: Duration.millis(left) }
          : undefined
      },
    )
  })
}

const countOf = {
  Done: "done",
  Failed: "failed",
  NotTried: "notTried",
  Interrupted: "interrupted",
} as const

/** Says in the log how many outcomes are lost, where no callback gets them. */
const warn = (
  unfinished: ReadonlyArray<{ readonly _tag: keyof typeof countOf }>,
): Effect.Effect<void> => {
  const count = (tag: keyof typeof countOf) => unfinished.filter(({ _tag }) => _tag === tag).length
  return Effect.logWarning(
    "A bulk run was interrupted before all outcomes were handed on; `onUnfinished` gets them",
  ).pipe(Effect.annotateLogs({
    done: count("Done"),
    failed: count("Failed"),
    interrupted: count("Interrupted"),
    notTried: count("NotTried"),
  }))
}
