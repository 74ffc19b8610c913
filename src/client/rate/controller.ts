/**
 * How many requests a second may be sent, decided from what came of those before: a pure function
 * of a state, an event and a time. Rates are per second, times in epoch milliseconds.
 *
 * - It doesn't limit until the server says that it does.
 * - Then the rate follows a cubic curve: down by a factor at each throttle, quickly back to near
 *   where that happened, slowly past it, then faster and faster.
 * - When nothing but refusals and failures comes back, it lets a probe through now and then, and
 *   starts again from a low rate once one of them succeeds.
 *
 * @module
 */

/** What limits apart from the server's answers. */
export interface Settings {
  /** The highest rate; `Infinity` when no limit is known. */
  readonly ceiling: number
  /** How many requests may be sent at once after a rest; `undefined` is a tenth of a second's. */
  readonly burst: number | undefined
}

/** What came of a request. */
export interface Signal {
  readonly kind: "answered" | "throttled" | "failed"
  /** Which request it was: the count of those sent when it was, itself included. */
  readonly request: number
  /** How many milliseconds the server asks to wait. */
  readonly wait: number | undefined
  /** How many more requests the server says it would take now. */
  readonly remaining: number | undefined
}

/** Where things stand. */
export interface State {
  readonly settings: Settings
  /** How many requests were sent. */
  readonly sent: number
  /** The rate; `Infinity` while nothing limits. */
  readonly rate: number
  /** The requests that may be sent at once, as of `filledAt`. */
  readonly tokens: number
  readonly filledAt: number
  /** The rate of answers, as of `measuredAt`. */
  readonly measured: number
  readonly measuredAt: number
  /** The last time that the rate turned. */
  readonly turn: Turn
  /** What the server said last of the requests it would take. */
  readonly remaining: number | undefined
  /** The bad answers in a row; `undefined` when the last one was good. */
  readonly row: Row | undefined
  /** When the next probe may go; `undefined` when requests flow. */
  readonly probeAt: number | undefined
}

/** A turn of the rate, from which it climbs. */
export interface Turn {
  readonly at: number
  /** The requests sent before: what comes of them says nothing of the new rate. */
  readonly sent: number
  /** The rate to climb back to; `Infinity` when it isn't known. */
  readonly peak: number
  /** After how many seconds the curve is there. */
  readonly plateau: number
}

interface Row {
  /** The requests sent before the first: one event may have struck all that were on their way. */
  readonly sent: number
  /** The first, and those of requests that were sent after it. */
  readonly count: number
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
/** How far beyond what is measured the rate may grow (AWS SDKs). */
export const headroom = 2
/** The milliseconds over which the rate is measured. */
const measuredOver = 500
/** After this many milliseconds without a throttle, the limit is taken for gone. */
export const memory = 60_000
/** How many bad answers in a row make an outage. */
export const outageAfter = 10
/** The milliseconds before the first probe, and between two. */
const firstProbe = 1_000
export const probeEvery = 2_000
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
  steepness(peak) * (elapsed(at, now) / 1000 - plateau) ** 3 + peak

// A clock that was set back stands still for a while.
const elapsed = (since: number, now: number): number => Math.max(0, now - since)

/** The state before the first request. */
export const initial = (settings: Settings, now: number): State => ({
  settings,
  sent: 0,
  rate: settings.ceiling,
  tokens: capacity(settings, settings.ceiling),
  filledAt: now,
  measured: 0,
  measuredAt: now,
  turn: { at: now, sent: 0, peak: Infinity, plateau: 0 },
  remaining: undefined,
  row: undefined,
  probeAt: undefined,
})

const capacity = (settings: Settings, rate: number): number => settings.burst ?? 1 + rate / 10

const refill = (state: State, now: number): State => {
  const most = capacity(state.settings, state.rate)
  const gained = state.rate === Infinity ? most : elapsed(state.filledAt, now) / 1000 * state.rate
  return { ...state, tokens: Math.min(most, state.tokens + gained), filledAt: now }
}

/** Whether a request may be sent: then it counts as sent, else `wait` says for how long not. */
export const admit = (
  state: State,
  now: number,
): { readonly state: State; readonly wait: number } => {
  const sent = state.sent + 1
  if (state.probeAt !== undefined) {
    const wait = state.probeAt - now
    // A longer wait than the longest: the clock was set back.
    return wait <= 0 || wait > longestPause
      ? { state: { ...state, sent, probeAt: now + probeEvery }, wait: 0 }
      : { state, wait }
  }
  // What follows comes to the same, and costs several times as much.
  if (state.rate === Infinity) return { state: { ...state, sent }, wait: 0 }
  const filled = refill(forget(state, now), now)
  return filled.tokens >= 1
    ? { state: { ...filled, sent, tokens: filled.tokens - 1 }, wait: 0 }
    : { state: filled, wait: (1 - filled.tokens) / filled.rate * 1000 }
}

const forget = (state: State, now: number): State =>
  elapsed(state.turn.at, now) > memory
    ? {
      ...state,
      rate: state.settings.ceiling,
      turn: { ...state.turn, peak: Infinity, plateau: 0 },
    }
    : state

/** Learns from what came of a request. */
export const learn = (state: State, now: number, answer: Signal): State => {
  const known = {
    ...state,
    measured: measure(state, now, answer),
    measuredAt: now,
    remaining: answer.remaining,
  }
  return answer.kind === "answered"
    ? learnGood(known, now, answer, isWarning(state, now, answer))
    : learnBad(known, now, answer)
}

/** An average that forgets; what got no answer, or a broken one, says nothing of a rate. */
const measure = ({ measured, measuredAt }: State, now: number, { kind }: Signal): number =>
  measured * Math.exp(-elapsed(measuredAt, now) / measuredOver) +
  (kind === "failed" ? 0 : 1000 / measuredOver)

/**
 * A server may have the header and not mean it: so it is a fall to nothing that counts, not nothing,
 * and only when the rate is back to where it turned.
 */
const isWarning = ({ remaining, turn }: State, now: number, answer: Signal): boolean =>
  answer.remaining === 0 && (remaining ?? 0) > 0 &&
  answer.request > turn.sent && elapsed(turn.at, now) / 1000 >= turn.plateau

const learnGood = (state: State, now: number, answer: Signal, isWarning: boolean): State => {
  // It was on its way when the first of a row failed: it doesn't say that the server is back.
  if (state.row !== undefined && answer.request <= state.row.sent) return state
  const ended = state.row === undefined ? state : { ...state, row: undefined }
  if (ended.probeAt !== undefined) return reopen(ended, now)
  return isWarning ? turnDown(ended, now, betaWarned) : grow(ended, now)
}

const learnBad = (state: State, now: number, answer: Signal): State => {
  const row = lengthen(state, answer)
  const isThrottle = answer.kind === "throttled" && answer.request > state.turn.sent
  const turned = isThrottle && state.probeAt === undefined ? turnDown(state, now, beta) : state
  return row.count < outageAfter
    ? { ...turned, row }
    : { ...turned, row, probeAt: nextProbe(state.probeAt, now, answer.wait) }
}

const lengthen = ({ row, sent }: State, answer: Signal): Row => {
  if (row === undefined) return { sent, count: 1 }
  return answer.request > row.sent ? { ...row, count: row.count + 1 } : row
}

const nextProbe = (probeAt: number | undefined, now: number, wait = 0): number => {
  // A call that is to wait longer fails at once; those behind it are not to wait for that either.
  const asked = now + (wait > longestPause ? 0 : wait)
  return Math.max(asked, probeAt ?? now + firstProbe)
}

const turnDown = (state: State, now: number, factor: number): State => {
  const reached = Math.max(minRate, Math.min(state.rate, state.measured))
  return {
    ...state,
    rate: Math.min(Math.max(minRate, reached * factor), state.settings.ceiling),
    // What was saved up was saved up for a limit that is not there.
    tokens: 0,
    filledAt: now,
    // How fast a first burst went says little of the limit; the second throttle says it.
    turn: turnTo(state, now, state.rate === Infinity ? Infinity : reached, factor),
  }
}

const grow = (state: State, now: number): State => {
  if (state.rate >= state.settings.ceiling) return state
  const rate = Math.min(curve(state.turn, now), headroom * state.measured, state.settings.ceiling)
  return { ...refill(state, now), rate: Math.max(state.rate, rate) }
}

const reopen = (state: State, now: number): State => ({
  ...state,
  // The probe counts for one request a second.
  rate: Math.min(headroom, state.settings.ceiling),
  tokens: 0,
  filledAt: now,
  measured: 1,
  measuredAt: now,
  turn: turnTo(state, now, state.turn.peak, beta),
  probeAt: undefined,
})
