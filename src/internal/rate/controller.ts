/**
 * How many requests a second may be sent, decided from what came of those before: a pure function
 * of a state, an event and a time. Rates are per second, times in epoch milliseconds.
 *
 * - It doesn't limit until the server says that it does.
 * - Then the rate follows a cubic curve: down by a factor at each throttle, quickly back to near
 *   where that happened, slowly past it, then faster and faster. The constants are those of the AWS
 *   SDKs' adaptive retry mode.
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
export interface Answer {
  readonly kind: "answered" | "throttled" | "failed"
  /** How many milliseconds the server asks to wait. */
  readonly wait: number | undefined
  /** How many more requests the server says it would take now. */
  readonly remaining: number | undefined
}

/** Where things stand. */
export interface State {
  readonly settings: Settings
  /** The rate; `Infinity` while nothing limits. */
  readonly rate: number
  /** The requests that may be sent at once, as of `filledAt`. */
  readonly tokens: number
  readonly filledAt: number
  /** The rate of answers, as of `measuredAt`. */
  readonly measured: number
  readonly measuredAt: number
  /** The requests sent and not answered; an interrupted one may be among them for a while. */
  readonly inFlight: number
  /** When the rate last turned down, at which rate, and after how many seconds it is there again. */
  readonly turnedAt: number
  readonly peak: number
  readonly plateau: number
  /** The answers still to come of requests that were sent before the rate turned down. */
  readonly stale: number
  /** What the server said last of the requests it would take. */
  readonly remaining: number | undefined
  /** The answers since the last good one. */
  readonly bad: number
  /** When the next probe may go; `undefined` when requests flow. */
  readonly probeAt: number | undefined
}

/** The rate after a throttle, as a share of the rate before. */
export const beta = 0.7
/** The same after a mere warning, from RFC 8511: the fall is less deep when nothing was lost. */
export const betaWarned = 0.85
const scale = 0.4
/**
 * The rate at which `scale` holds. Below it, `scale` is in proportion to the rate, which makes the
 * period the same for any rate: unscaled, a limit of 1/s would be overrun every third request.
 */
const scaledBelow = 100
/** The lowest rate, and where a rate that can't be measured starts. */
export const minRate = 0.5
/** How far beyond what is measured the rate may grow. */
export const headroom = 2
/** The milliseconds over which the rate is measured. */
const measuredOver = 500
/** After this many milliseconds without a throttle, the limit is taken for gone. */
export const memory = 60_000
/** For how many milliseconds at most a throttle explains the throttles that follow it. */
const staleFor = 1_000
/** How many bad answers in a row make an outage. */
export const outageAfter = 10
/** The shortest time between two probes, in milliseconds. */
export const probeEvery = 1_000
/** The longest wait that the server may impose on all requests, in milliseconds. */
export const longestPause = 60_000

const noTurn = { turnedAt: -Infinity, peak: Infinity, plateau: 0, stale: 0 }

/** The state before the first request. */
export const initial = (settings: Settings, now: number): State => ({
  settings,
  rate: settings.ceiling,
  tokens: capacity(settings, settings.ceiling),
  filledAt: now,
  measured: 0,
  measuredAt: now,
  inFlight: 0,
  ...noTurn,
  remaining: undefined,
  bad: 0,
  probeAt: undefined,
})

const capacity = (settings: Settings, rate: number): number => settings.burst ?? 1 + rate / 10

const elapsed = (since: number, now: number): number => Math.max(0, now - since)

/** Whether a request may be sent: then it counts as sent, else `wait` says for how long not. */
export const admit = (
  state: State,
  now: number,
): { readonly state: State; readonly wait: number } => {
  const sent = state.inFlight + 1
  if (state.probeAt !== undefined) {
    const wait = state.probeAt - now
    // A longer wait than the longest: the clock was set back.
    return wait <= 0 || wait > longestPause
      ? { state: { ...state, inFlight: sent, probeAt: now + probeEvery }, wait: 0 }
      : { state, wait }
  }
  if (state.rate === Infinity) return { state: { ...state, inFlight: sent }, wait: 0 }
  if (state.rate < state.settings.ceiling && elapsed(state.turnedAt, now) > memory) {
    return admit(refill({ ...state, ...noTurn, rate: state.settings.ceiling }, now), now)
  }
  const filled = refill(state, now)
  return filled.tokens >= 1
    ? { state: { ...filled, tokens: filled.tokens - 1, inFlight: sent }, wait: 0 }
    : { state: filled, wait: (1 - filled.tokens) / filled.rate * 1000 }
}

const refill = (state: State, now: number): State => {
  const most = capacity(state.settings, state.rate)
  const gained = state.rate === Infinity ? most : elapsed(state.filledAt, now) / 1000 * state.rate
  return { ...state, tokens: Math.min(most, state.tokens + gained), filledAt: now }
}

/** Learns from what came of a request. */
export const learn = (state: State, now: number, answer: Answer): State => {
  const isStale = state.stale > 0 && elapsed(state.turnedAt, now) < staleFor
  const counted: State = {
    ...measure(state, now, answer),
    inFlight: Math.max(0, state.inFlight - 1),
    stale: isStale ? state.stale - 1 : 0,
    remaining: answer.remaining,
    bad: answer.kind === "answered" ? 0 : state.bad + 1,
  }
  if (answer.kind === "answered") {
    if (counted.probeAt !== undefined) return reopen(counted, now)
    // A fall to nothing, not nothing: a server may have the header and not mean it.
    const isWarned = answer.remaining === 0 && (state.remaining ?? 0) > 0
    return isWarned && !isStale ? turnDown(counted, now, betaWarned) : grow(counted, now)
  }
  const turned = answer.kind === "throttled" && !isStale && counted.probeAt === undefined
    ? turnDown(counted, now, beta)
    : counted
  return turned.bad < outageAfter ? turned : pause(turned, now, answer.wait)
}

const measure = (state: State, now: number, answer: Answer): State => {
  if (answer.kind === "failed") return state
  const kept = state.measured * Math.exp(-elapsed(state.measuredAt, now) / measuredOver)
  return { ...state, measured: kept + 1000 / measuredOver, measuredAt: now }
}

const steepness = (peak: number): number => scale * Math.min(1, peak / scaledBelow)

const turnDown = (state: State, now: number, factor: number): State => {
  const reached = Math.max(minRate, Math.min(state.rate, state.measured))
  return {
    ...state,
    rate: Math.max(minRate, reached * factor),
    // What was saved up was saved up for a limit that is not there.
    tokens: Math.min(state.tokens, 0),
    filledAt: now,
    stale: state.inFlight,
    // How fast a first burst went says little of the limit; the second throttle says it.
    ...(state.rate === Infinity ? noCurve(now) : curveTo(reached, factor, now)),
  }
}

type Curve = Pick<State, "turnedAt" | "peak" | "plateau">

const noCurve = (now: number): Curve => ({ turnedAt: now, peak: Infinity, plateau: 0 })

const curveTo = (peak: number, factor: number, now: number): Curve => ({
  turnedAt: now,
  peak,
  plateau: Math.cbrt(peak * (1 - factor) / steepness(peak)),
})

const grow = (state: State, now: number): State => {
  if (state.rate >= state.settings.ceiling) return state
  const beyond = elapsed(state.turnedAt, now) / 1000 - state.plateau
  const curve = state.peak === Infinity
    ? Infinity
    : steepness(state.peak) * beyond ** 3 + state.peak
  const rate = Math.min(curve, headroom * state.measured, state.settings.ceiling)
  return rate > state.rate ? { ...refill(state, now), rate } : state
}

const pause = (state: State, now: number, wait: number | undefined): State => {
  // One that asks for longer fails its call at once, and so should those behind it.
  const asked = wait === undefined || wait > longestPause ? 0 : wait
  const probeAt = state.probeAt === undefined
    ? now + Math.max(probeEvery, asked)
    : Math.max(state.probeAt, now + asked)
  return { ...state, probeAt }
}

const reopen = (state: State, now: number): State => {
  return {
    ...state,
    rate: Math.min(headroom * 1000 / probeEvery, state.settings.ceiling),
    tokens: 0,
    filledAt: now,
    measured: 1000 / probeEvery,
    measuredAt: now,
    stale: state.inFlight,
    probeAt: undefined,
    ...(state.peak === Infinity ? noCurve(now) : curveTo(state.peak, beta, now)),
  }
}
