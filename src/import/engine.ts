/**
 * The engine: processes share the chunks of an import through its database.
 *
 * There is no leader. A process plans the source, while others wait. Then each takes chunks, sends
 * their open rows and saves what became of them, until none is open; a chunk whose process died is
 * taken by another once its lease has run out. Rows that must come after all others are the tail, which
 * one process sends in the order of the source.
 *
 * Effect's `PersistedQueue` isn't used: each chunk needs a row of its own for its place and outcomes,
 * and a token that only grows for its owner, which is all that a lease needs, too.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { CommonFailure } from "../client/Errors.ts"
import { CurrentFence } from "../client/fence.ts"
import { Targets } from "../targets/Targets.ts"
import { ImportError } from "./ImportError.ts"
import { Lease } from "./lease.ts"
import type { Digests } from "./ChangedOnly.ts"
import type { Mapper } from "./Mapping.ts"
import type { ImportOperation, RowOutcome, SentRow } from "./ImportOperation.ts"
import { cellReject, type ChunkRow, contactRows, readChunk } from "./plan.ts"
import type { Layout } from "./Rows.ts"
import { contactKey } from "./seen.ts"
import type { PauseReason } from "./PauseReason.ts"
import { crashReject, maxRounds, pauseReasonOf, settle } from "./settle.ts"
import type { EngineSettings } from "./Settings.ts"
import type { Source } from "./Source.ts"
import type { ChunkRecord, ImportState, ImportStore, RejectRecord } from "./store.ts"

/** What a process needs to work on an import. */
export interface Job {
  readonly id: string
  readonly secret: string
  readonly store: ImportStore
  readonly targets: Targets["Service"]
  readonly settings: EngineSettings
  readonly source: Source
  readonly layout: Layout
  readonly mapper: Mapper
  readonly operation: ImportOperation
  readonly concurrency: number
  /** Where only what has changed is sent: its digests, under the import's name. */
  readonly changes: { readonly name: string; readonly digests: Digests } | undefined
  /** Ends when this process is to stop: nothing more is sent, and what is under way is waited for. */
  readonly stop: Deferred.Deferred<void>
}

/** How many chunks a process works on at once: while one comes to its end, another is under way. */
const workers = 2
/** From this attempt on, rows are sent one by one: one of them may be what ends the process. */
const carefulFrom = 3
/** From this attempt on, a row that was under way alone is the one. */
const guiltyFrom = 5
/** How often a process looks whether there is something to do, in milliseconds. */
export const pollEvery = 500
/** How many rows of the tail are sent under one lease. */
const tailChunks = 20
/** How many chunks may fail in a row, with nothing done, until the import is paused. */
const maxBugs = 3

const isStopped = ({ stop }: Job): boolean => Deferred.isDoneUnsafe(stop)

const pause = ({ id, store }: Job, reason: PauseReason): Effect.Effect<void, ImportError> =>
  Effect.asVoid(store.setState(id, ["running"], "paused", reason))

/** Works on the chunks, then on the tail, until there is nothing to do, or a pause or a stop. */
export const work = (job: Job): Effect.Effect<void, ImportError> =>
  Effect.gen(function* () {
    const bugs = { inARow: 0 }
    let chunkEnded = Deferred.makeUnsafe<void>()
    const worker = Effect.gen(function* () {
      while (!isStopped(job)) {
        const record = yield* job.store.find(job.id)
        if (record?.state !== "running") return
        const chunk = yield* job.store.claimChunk(job.id)
        if (chunk === undefined) {
          // Sums over all chunks, which cost too much to be asked for at each of them.
          const totals = yield* job.store.totals(job.id)
          if (totals === undefined || totals.openChunks === 0) return
          yield* Effect.race(sleepOrStop(job, pollEvery), Deferred.await(chunkEnded))
          continue
        }
        yield* workOn(job, chunk, bugs)
        const ended = chunkEnded
        chunkEnded = Deferred.makeUnsafe()
        yield* Deferred.succeed(ended, undefined)
      }
    })
    yield* Effect.all(Array.from({ length: workers }, () => worker), {
      concurrency: workers,
      discard: true,
    })
    if (isStopped(job)) return
    yield* workOnTail(job)
    if ((yield* job.store.totals(job.id))?.open === 0) {
      yield* job.store.setState(job.id, ["running"], "complete", "")
    }
  })

const sleepOrStop = ({ stop }: Job, millis: number): Effect.Effect<unknown> =>
  Effect.race(Effect.sleep(millis), Deferred.await(stop))

const sourceChanged = new ImportError({
  reason: "Truncated",
  message: "The source isn't what it was when the import was planned.",
})

/** Reads the rows of a chunk again. */
const rowsOf = (
  { changes, layout, mapper, secret, source }: Job,
  chunk: ChunkRecord,
): Effect.Effect<ReadonlyArray<ChunkRow>, ImportError> =>
  Effect.map(
    readChunk(source, secret, chunk, layout, sourceChanged),
    (records) => contactRows(records, mapper, changes !== undefined),
  )

/** The rows of a chunk in memory: what became of each, and what of it isn't saved. */
class Progress {
  readonly outcomes: Array<string>
  rejects: Array<RejectRecord> = []
  /** The rows that NP6 has accepted since the last save. */
  sent: Array<SentRow> = []
  isDirty = false
  hasProgress = false

  constructor(outcomes: string) {
    this.outcomes = outcomes.split("")
  }

  mark(i: number, mark: string, reject?: RejectRecord): void {
    if (mark !== this.outcomes[i]) this.isDirty = true
    if (mark === "D" || mark === "F") this.hasProgress = true
    this.outcomes[i] = mark
    if (reject !== undefined) this.rejects.push(reject)
  }

  /** Takes in the outcome of a row; an open one gets the mark of those that are to be sent. */
  settle({ outcome, isLastRound, open }: {
    readonly outcome: RowOutcome
    readonly isLastRound: boolean
    readonly open: "." | "L"
  }): void {
    const [mark, reject] = settle(outcome, isLastRound)
    this.mark(outcome.input.i, mark === "." ? open : mark, reject)
    if (outcome._tag === "Done") this.sent.push(outcome.input)
  }

  take(): readonly [outcomes: string, rejects: ReadonlyArray<RejectRecord>] {
    this.isDirty = false
    return [this.outcomes.join(""), this.rejects.splice(0)]
  }
}

/** Keeps the digests of what was sent. A contact with several rows has none, and is always sent. */
const keepDigests = (
  { changes, store }: Job,
  rows: ReadonlyArray<SentRow>,
  isTail: boolean,
): Effect.Effect<void, ImportError> => {
  if (changes === undefined) return Effect.void
  const { digests, name } = changes
  return store.keepDigests(
    name,
    rows.map(({ content, key }) =>
      [digests.contact(key), isTail ? undefined : digests.content(key, content)] as const
    ),
  )
}

/** The contacts among rows, and rejects for those that are none. */
const contactsOf = (
  rows: ReadonlyArray<ChunkRow>,
  n: number,
  progress: Progress,
): ReadonlyArray<SentRow> =>
  rows.flatMap(({ contact, content, i, line }) => {
    if (Result.isSuccess(contact)) {
      const key = contactKey(contact.success.unicity)
      return [{ n, i, line, contact: contact.success, content, key }]
    }
    progress.mark(i, "F", cellReject({ n, i, line }, contact.failure))
    return []
  })

/** The lease of a chunk, or of the tail, was lost to another process. */
class Lost {
  readonly _tag = "Lost"
}

type Ended = CommonFailure | ImportError

/** Runs what sends rows beside what saves them; `undefined` when another process has them now. */
const besideSaves = <A>(
  job: Job,
  lease: Lease,
  sending: Effect.Effect<A, Ended, Targets>,
  save: Effect.Effect<ImportState | undefined, ImportError>,
  isDirty: () => boolean,
  halt: Effect.Effect<unknown>,
): Effect.Effect<Exit.Exit<A, Ended> | undefined, ImportError> => {
  const { checkpoint, lease: length } = job.settings
  // What was taken to be saved is lost to the next save.
  const saved: Effect.Effect<void, ImportError | Lost> = Effect.uninterruptible(
    Effect.suspend(() => {
      const start = performance.now()
      return Effect.flatMap(save, (state) => {
        if (state === undefined) return Effect.fail(new Lost())
        lease.extend(start)
        return state === "running" ? Effect.void : Effect.asVoid(halt)
      })
    }),
  )
  const saving = Effect.gen(function* () {
    let last = performance.now()
    for (;;) {
      yield* Effect.sleep(checkpoint)
      if (!isDirty() && performance.now() - last < length / 5) continue
      last = performance.now()
      yield* saved
    }
  })
  return Effect.raceFirst(
    Effect.exit(sending).pipe(
      Effect.provideService(CurrentFence, lease.fence),
      Effect.provideService(Targets, job.targets),
    ),
    saving,
  ).pipe(
    Effect.catchIf((error): error is Lost => error instanceof Lost, () => Effect.undefined),
  )
}

/** Sends rows, and hands on each outcome, those of an interrupted run included. */
const sendRows = (
  { operation, stop }: Job,
  rows: ReadonlyArray<SentRow>,
  concurrency: number,
  paused: Deferred.Deferred<void>,
  settled: (outcome: RowOutcome) => void,
): Effect.Effect<void, CommonFailure, Targets> =>
  operation.send(Stream.fromIterable(rows), {
    concurrency,
    ordered: false,
    stop: Effect.raceFirst(Deferred.await(stop), Deferred.await(paused)),
    onUnfinished: (outcomes) =>
      Effect.sync(() =>
        outcomes.forEach((outcome) => outcome._tag !== "Interrupted" && settled(outcome))
      ),
  }).pipe(Stream.runForEach((outcome) => Effect.sync(() => settled(outcome))))

/** Pauses for what ended the sending: a failure, or where there is none, a bug. */
const pauseFor = (
  job: Job,
  failure: Option.Option<Ended>,
): Effect.Effect<void, ImportError> =>
  Option.isNone(failure) ? pause(job, "Bug") : pause(
    job,
    failure.value === sourceChanged ? "SourceChanged" : pauseReasonOf(failure.value),
  )

const workOn = (
  job: Job,
  chunk: ChunkRecord,
  bugs: { inARow: number },
): Effect.Effect<void, ImportError> =>
  Effect.gen(function* () {
    const { id, store } = job
    const isCareful = chunk.attempts >= carefulFrom
    const isLastRound = chunk.rounds + 1 >= maxRounds
    const progress = new Progress(chunk.outcomes)
    const lease = new Lease(performance.now(), job.settings)
    const paused = Deferred.makeUnsafe<void>()
    const attempts = (): number =>
      progress.hasProgress ? isCareful ? carefulFrom - 1 : 1 : chunk.attempts
    const save = Effect.suspend(() => store.saveChunk(id, chunk, ...progress.take(), attempts()))
    const settled = (outcome: RowOutcome): void =>
      progress.settle({ outcome, isLastRound, open: "." })
    const send = (rows: ReadonlyArray<SentRow>, concurrency: number) =>
      sendRows(job, rows, concurrency, paused, settled)
    const sending = Effect.gen(function* () {
      const rows = contactsOf(
        (yield* rowsOf(job, chunk)).filter(({ i }) => /[.!]/.test(progress.outcomes[i] ?? "")),
        chunk.n,
        progress,
      )
      if (!isCareful) return yield* send(rows, Math.ceil(job.concurrency / workers))
      const suspects = rows.filter(({ i }) => progress.outcomes[i] === "!")
      for (const row of [...suspects, ...rows.filter((row) => !suspects.includes(row))]) {
        if (isStopped(job) || Deferred.isDoneUnsafe(paused)) return
        if (suspects.includes(row) && chunk.attempts >= guiltyFrom) {
          progress.mark(row.i, "F", crashReject(row))
          continue
        }
        progress.mark(row.i, "!")
        // Saved before it is sent, and not while another waits: a stream of its own takes no other.
        yield* save
        yield* send([row], 1)
      }
    })
    const exit = yield* besideSaves(
      job,
      lease,
      sending,
      save,
      () => progress.isDirty,
      Deferred.succeed(paused, undefined),
    )
    if (exit === undefined) return
    const isBug = Exit.isFailure(exit) && Option.isNone(Cause.findErrorOption(exit.cause))
    bugs.inARow = isBug && !progress.hasProgress ? bugs.inARow + 1 : 0
    if (isBug) {
      yield* Effect.logError("A chunk of the import failed with a bug", namesOf(exit.cause))
    }
    const isOpen = progress.outcomes.some((outcome) => outcome === "." || outcome === "!")
    const isInterrupted = isStopped(job) || Deferred.isDoneUnsafe(paused) || Exit.isFailure(exit)
    for (const [i, outcome] of progress.outcomes.entries()) {
      if (outcome === "!") progress.mark(i, ".")
    }
    yield* keepDigests(job, progress.sent.splice(0), false)
    yield* store.saveChunk(id, chunk, ...progress.take(), 0, {
      rounds: isOpen && !isInterrupted ? chunk.rounds + 1 : chunk.rounds,
      // A third of a lease, before NP6 or the network is tried again.
      delay: isOpen && !isInterrupted ? job.settings.lease / 3 : 0,
    })
    if (Exit.isSuccess(exit) || (isBug && bugs.inARow < maxBugs)) return
    yield* pauseFor(job, Cause.findErrorOption(exit.cause))
  })

/** What is left of a bug: its name. Its message may hold a row. */
const namesOf = (cause: Cause.Cause<unknown>): string =>
  cause.reasons.map((reason) =>
    Cause.isDieReason(reason) && reason.defect instanceof Error ? reason.defect.name : reason._tag
  ).join(", ")

/** Sends the rows that come after all others, in the order of the source. */
const workOnTail = (job: Job): Effect.Effect<void, ImportError> =>
  Effect.gen(function* () {
    const { id, store } = job
    let claim: number | undefined
    for (;;) {
      const totals = yield* store.totals(id)
      if (totals?.state !== "running" || totals.openChunks > 0 || isStopped(job)) return
      if (totals.open === 0) return
      claim = yield* store.claimImport(id, "running")
      if (claim !== undefined) break
      yield* sleepOrStop(job, pollEvery)
    }
    const mine = claim
    const lease = new Lease(performance.now(), job.settings)
    const record = yield* store.find(id)
    // A request of a process that died may still arrive, and must not come after these.
    const keep = store.saveTail(id, mine, [], [])
    const settled = yield* besideSaves(
      job,
      lease,
      sleepOrStop(job, Math.max(0, record?.unsettled ?? 0)),
      keep,
      () => false,
      Deferred.succeed(job.stop, undefined),
    )
    if (settled === undefined) return
    while (!isStopped(job)) {
      const chunks = yield* store.tailChunks(id, tailChunks)
      if (chunks.length === 0) break
      if (!(yield* sendTail(job, mine, lease, chunks))) break
    }
    yield* store.releaseImport(id, mine)
  })

/** Sends the rows of the tail in some chunks. Says whether the next ones may be sent. */
const sendTail = (
  job: Job,
  claim: number,
  lease: Lease,
  chunks: ReadonlyArray<ChunkRecord>,
): Effect.Effect<boolean, ImportError> =>
  Effect.gen(function* () {
    const { id, store } = job
    const paused = Deferred.makeUnsafe<void>()
    const progress = new Map(chunks.map((chunk) => [chunk.n, new Progress(chunk.outcomes)]))
    const save = Effect.suspend(() => {
      const rejects: Array<RejectRecord> = []
      const sent: Array<SentRow> = []
      const outcomes = [...progress].map(([n, rows]) => {
        const [text, some] = rows.take()
        rejects.push(...some)
        sent.push(...rows.sent.splice(0))
        return [n, text] as const
      })
      return Effect.tap(
        store.saveTail(id, claim, outcomes, rejects),
        () => keepDigests(job, sent, true),
      )
    })
    // A later row of the contact may be sent before another round, so there is none.
    const settled = (outcome: RowOutcome): void =>
      progress.get(outcome.input.n)?.settle({ outcome, isLastRound: true, open: "L" })
    const sending = Effect.gen(function* () {
      const rows: Array<SentRow> = []
      for (const chunk of chunks) {
        const own = progress.get(chunk.n) ?? new Progress(chunk.outcomes)
        const later = (yield* rowsOf(job, chunk)).filter(({ i }) => own.outcomes[i] === "L")
        rows.push(...contactsOf(later, chunk.n, own))
      }
      yield* sendRows(job, rows, job.concurrency, paused, settled)
    })
    const exit = yield* besideSaves(
      job,
      lease,
      sending,
      save,
      () => [...progress.values()].some(({ isDirty }) => isDirty),
      Deferred.succeed(paused, undefined),
    )
    if (exit === undefined) return false
    yield* save
    if (Exit.isSuccess(exit)) return !Deferred.isDoneUnsafe(paused)
    const failure = Cause.findErrorOption(exit.cause)
    if (Option.isNone(failure)) {
      yield* Effect.logError("The end of the import failed with a bug", namesOf(exit.cause))
    }
    yield* pauseFor(job, failure)
    return false
  })

/** Runs an effect to its end. An interruption asks it to stop, and waits until it has. */
export const stoppingGracefully = <A, E, R>(
  stop: Deferred.Deferred<void>,
  effect: Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.forkDetach(effect), (fiber) =>
    Effect.onInterrupt(
      Fiber.join(fiber),
      () => Effect.andThen(Deferred.succeed(stop, undefined), Fiber.await(fiber)),
    ))
