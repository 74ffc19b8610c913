/**
 * The rate at which requests may be sent, found from the outcomes of earlier ones: pure functions of
 * a state, an event and a time. Rates are per second, times are milliseconds of a monotonic clock.
 *
 * - There is no limit until the server shows one.
 * - Then the rate follows a cubic curve: down by a factor at each throttle, quickly back to near
 *   where that happened, slowly past it, then faster and faster.
 * - When only refusals and failures come back, there is an outage: bulk runs send a probe now and
 *   then, and start again from a low rate once one succeeds.
 *
 * @module
 */

/** The outcome of a request. */
export interface Signal {
  readonly kind: "answered" | "throttled" | "failed"
  /** The number of the request: how many had been sent when it was, itself included. */
  readonly request: number
  /** The call that it belongs to. */
  readonly call: object
  /** How many milliseconds the server asks to wait. */
  readonly wait: number | undefined
  /** How many more requests the server says it would accept now. */
  readonly remaining: number | undefined
}

/** What is known. */
export interface State {
  /** How many requests were sent. */
  readonly sent: number
  /** The rate; `Infinity` while nothing limits. */
  readonly rate: number
  /** When the server last showed its limit, with a 429 or in a header. */
  readonly limitedAt: number | undefined
  /** The requests that may be sent at once, as of `filledAt`. */
  readonly tokens: number
  readonly filledAt: number
  /** The rate of responses, as of `measuredAt`. */
  readonly measured: number
  readonly measuredAt: number
  /** The last time that the rate was lowered. */
  readonly turn: Turn
  /** The server's last word on how many more requests it would accept. */
  readonly remaining: number | undefined
  /** The failures in a row; `undefined` after a success. */
  readonly streak: Streak | undefined
  /** When the next probe may go; `undefined` when there is no outage. */
  readonly probeAt: number | undefined
}

/** A point where the rate was lowered, from which it climbs. */
export interface Turn {
  readonly at: number
  /** The requests sent before: their outcomes say nothing about the new rate. */
  readonly sent: number
  /** The rate to climb back to; `Infinity` when it isn't known. */
  readonly peak: number
  /** After how many seconds the curve is there. */
  readonly plateau: number
}

interface Streak {
  /** The requests sent before the first failure: one event may have struck all of them. */
  readonly sent: number
  /** The first failure, and those of requests that were sent after it. */
  readonly count: number
  /** The calls that failed, as far as they have to be told apart. */
  readonly calls: ReadonlySet<object>
}

/** The rate after a throttle, as a share of the rate before (AWS SDKs). */
export const beta = 0.7
/** The same after a mere warning, from RFC 8511: the fall is less deep when nothing was lost. */
export const betaWarned = 0.85
/** How steep the curve is (AWS SDKs). */
const scale = 0.4
/**
 * The rate from which `scale` holds. Below, it is in proportion to the rate, which makes the period
 * the same for any rate: unscaled, a low limit would be overrun every few requests.
 */
const scaledBelow = 100
/** The lowest rate (AWS SDKs). */
export const minRate = 0.5
/** How far beyond the measured rate the rate may grow (AWS SDKs). */
export const headroom = 2
/** The milliseconds over which the rate is measured. */
const measuredOver = 500
/** After this many milliseconds without a throttle, the limit counts as gone. */
export const memory = 60_000
/** How many failures in a row make an outage … */
export const outageAfter = 10
/** … and of how many calls: one contact that always fails, with all its retries, is none. */
export const outageCalls = 5
/** The milliseconds before the first probe, and between two. */
export const probeEvery = 1_000
/** The longest wait that the server may impose on all requests, in milliseconds. */
export const longestPause = 60_000

const turnTo = (state: State, at: number, peak: number, factor: number): Turn => ({
  at,
  sent: state.sent,
  peak,
  plateau: peak === Infinity ? 0 : Math.cbrt(peak * (1 - factor) / steepness(peak)),
})

const steepness = (peak: number): number => scale * Math.min(1, peak / scaledBelow)

/** The rate that the curve of a turn has reached. */
const curve = ({ at, peak, plateau }: Turn, now: number): number =>
  steepness(peak) * ((now - at) / 1000 - plateau) ** 3 + peak

/** The state before the first request. */
export const initial = (now: number): State => ({
  sent: 0,
  rate: Infinity,
  limitedAt: undefined,
  tokens: 0,
  filledAt: now,
  measured: 0,
  measuredAt: now,
  turn: { at: now, sent: 0, peak: Infinity, plateau: 0 },
  remaining: undefined,
  streak: undefined,
  probeAt: undefined,
})

const refill = (state: State, now: number): State => {
  const most = 1 + state.rate / 10
  const gained = state.rate === Infinity ? most : (now - state.filledAt) / 1000 * state.rate
  return { ...state, tokens: Math.min(most, state.tokens + gained), filledAt: now }
}

/** Whether a request may be sent: then it counts as sent; else `wait` says for how long not. */
export interface Admission {
  readonly state: State
  readonly wait: number
}

/** Asks for a request of a bulk run while there is no outage. */
export const admit = (state: State, now: number): Admission => {
  const sent = state.sent + 1
  // What follows has the same result, and costs several times as much.
  if (state.rate === Infinity) return { state: { ...state, sent }, wait: 0 }
  const filled = refill(forget(state, now), now)
  return filled.tokens >= 1
    ? { state: { ...filled, sent, tokens: filled.tokens - 1 }, wait: 0 }
    : { state: filled, wait: (1 - filled.tokens) / filled.rate * 1000 }
}

/**
 * Asks for a request of a single call: only a limit that the server has shown holds it back, neither
 * an outage nor the low rate after one.
 */
export const admitSingle = (state: State, now: number): Admission => {
  if (state.limitedAt !== undefined && now - state.limitedAt <= memory) return admit(state, now)
  const tokens = Math.max(0, state.tokens - 1)
  return { state: { ...state, sent: state.sent + 1, tokens }, wait: 0 }
}

/** Asks for a request of a bulk run in an outage: one goes, as a probe. */
export const admitProbe = (state: State, now: number): Admission => {
  const wait = (state.probeAt ?? now) - now
  return wait > 0
    ? { state, wait }
    : { state: { ...state, sent: state.sent + 1, probeAt: now + probeEvery }, wait: 0 }
}

const forget = (state: State, now: number): State =>
  now - state.turn.at > memory
    ? { ...state, rate: Infinity, turn: { ...state.turn, peak: Infinity, plateau: 0 } }
    : state

/** Learns from the outcome of a request. */
export const learn = (state: State, now: number, signal: Signal): State => {
  const known = {
    ...state,
    measured: measure(state, now, signal),
    measuredAt: now,
    remaining: signal.remaining,
  }
  return signal.kind === "answered"
    ? learnGood(known, now, signal, isWarning(state, now, signal))
    : learnBad(known, now, signal)
}

/** An average that forgets. A failure says nothing about a rate. */
const measure = ({ measured, measuredAt }: State, now: number, { kind }: Signal): number =>
  measured * Math.exp(-(now - measuredAt) / measuredOver) +
  (kind === "failed" ? 0 : 1000 / measuredOver)

/**
 * A server may send the header and not mean it. So it is a fall to 0 that counts, not 0 itself, and
 * only when the rate is back to where it was lowered.
 */
const isWarning = ({ remaining, turn }: State, now: number, signal: Signal): boolean =>
  signal.remaining === 0 && (remaining ?? 0) > 0 &&
  signal.request > turn.sent && (now - turn.at) / 1000 >= turn.plateau

const learnGood = (state: State, now: number, signal: Signal, isWarning: boolean): State => {
  // It was on its way when the first of the streak failed: it doesn't say that the server is back.
  if (state.streak !== undefined && signal.request <= state.streak.sent) return state
  const ended = state.streak === undefined ? state : { ...state, streak: undefined }
  if (ended.probeAt !== undefined) return reopen(ended, now)
  return isWarning ? turnDown(ended, now, betaWarned) : grow(ended, now)
}

const learnBad = (state: State, now: number, signal: Signal): State => {
  const streak = lengthen(state, signal)
  const isThrottle = signal.kind === "throttled" && signal.request > state.turn.sent
  const known = signal.kind === "throttled" ? { ...state, limitedAt: now } : state
  const turned = isThrottle && state.probeAt === undefined ? turnDown(known, now, beta) : known
  return streak.count >= outageAfter && streak.calls.size >= outageCalls
    ? { ...turned, streak, probeAt: nextProbe(state.probeAt, now, signal.wait) }
    : { ...turned, streak }
}

const lengthen = ({ sent, streak }: State, { call, request }: Signal): Streak => {
  if (streak === undefined) return { sent, count: 1, calls: new Set([call]) }
  return {
    sent: streak.sent,
    count: request > streak.sent ? streak.count + 1 : streak.count,
    calls: streak.calls.size >= outageCalls || streak.calls.has(call)
      ? streak.calls
      : new Set(streak.calls).add(call),
  }
}

const nextProbe = (probeAt: number | undefined, now: number, wait = 0): number =>
  Math.max(now + Math.min(wait, longestPause), probeAt ?? now + probeEvery)

const turnDown = (state: State, now: number, factor: number): State => {
  const reached = Math.max(minRate, Math.min(state.rate, state.measured))
  return {
    ...state,
    rate: Math.max(minRate, reached * factor),
    limitedAt: now,
    // What was saved up was saved up for a limit that is not there.
    tokens: 0,
    filledAt: now,
    // How fast a first burst went says little about the limit; the second throttle says it.
    turn: turnTo(state, now, state.rate === Infinity ? Infinity : reached, factor),
  }
}

const grow = (state: State, now: number): State => {
  if (state.rate === Infinity) return state
  const rate = Math.min(curve(state.turn, now), headroom * state.measured)
  return { ...refill(state, now), rate: Math.max(state.rate, rate) }
}

const reopen = (state: State, now: number): State => ({
  ...state,
  // The probe counts for one request a second.
  rate: headroom,
  tokens: 0,
  filledAt: now,
  measured: 1,
  measuredAt: now,
  turn: turnTo(state, now, state.turn.peak, beta),
  probeAt: undefined,
})
