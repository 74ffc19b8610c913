/**
 * Refused calls: whether NP6 refuses the key, or one call was refused by accident.
 *
 * @module
 */

interface Refused {
  readonly call: object
  /** The number of the request that was refused. */
  readonly request: number
  readonly sendAgain: () => void
}

/**
 * The refused calls of a run. The first holds back new inputs until the calls in flight have ended.
 * Where a request that was sent later was accepted, the refused one is sent once more. Where none was,
 * one more request goes out to confirm the refusal.
 */
export class Refusals {
  /** The number of the latest request that was accepted. */
  #accepted = 0
  #refused: ReadonlyArray<Refused> = []
  /** The call whose request confirms the refusal. */
  #confirming: object | undefined
  readonly #resent = new WeakSet<object>()

  /** Whether no refusal has to be judged. */
  get isClear(): boolean {
    return this.#refused.length === 0 && this.#confirming === undefined
  }

  /** A request was accepted: neither refused nor lost. */
  accept(request: number): void {
    this.#accepted = Math.max(this.#accepted, request)
  }

  /**
   * What the refusal of a call means that was sent once more: `"confirmed"` that the key or the
   * connection is refused, `"final"` that it is the call's outcome. `undefined` of all other calls.
   */
  known(call: object): "confirmed" | "final" | undefined {
    if (this.#confirming === call) return "confirmed"
    return this.#resent.has(call) ? "final" : undefined
  }

  /** Adds a refused call, which waits until it is to be sent again. Returns what forgets it. */
  add(call: object, request: number, sendAgain: () => void): () => void {
    const refused: Refused = { call, request, sendAgain }
    this.#refused = [...this.#refused, refused]
    return () => {
      this.#refused = this.#refused.filter((one) => one !== refused)
    }
  }

  /** Judges, once no call is in flight. */
  judge(): void {
    const refused = this.#refused
    const unproven = refused.find(({ request }) => request > this.#accepted)
    this.#confirming = unproven?.call
    if (unproven !== undefined) {
      this.#refused = refused.filter((one) => one !== unproven)
      unproven.sendAgain()
      return
    }
    this.#refused = []
    for (const { call } of refused) this.#resent.add(call)
    for (const { sendAgain } of refused) sendAgain()
  }
}
