/**
 * Deadlines in order: a binary heap that also removes from its middle.
 *
 * @module
 */

/** Something with a deadline. */
export interface Dated {
  readonly deadline: number
  /** Its place in the heap; -1 outside. */
  index: number
}

/** The earliest of many deadlines. */
export class Deadlines<A extends Dated> {
  readonly #heap: Array<A> = []

  /** The one with the earliest deadline. */
  get first(): A | undefined {
    return this.#heap[0]
  }

  add(item: A): void {
    this.#heap.push(item)
    this.#up(item, this.#heap.length - 1)
  }

  /** Removes an item, if it is here. */
  remove(item: A): void {
    const { index } = item
    const last = this.#heap.at(-1)
    if (index < 0 || last === undefined) return
    item.index = -1
    this.#heap.pop()
    if (last === item) return
    this.#up(last, index)
    this.#down(last, last.index)
  }

  #up(item: A, index: number): void {
    while (index > 0) {
      const above = Math.floor((index - 1) / 2)
      const parent = this.#heap[above]
      if (parent === undefined || parent.deadline <= item.deadline) break
      this.#place(parent, index)
      index = above
    }
    this.#place(item, index)
  }

  #down(item: A, index: number): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]]
      if (left === undefined) break
      const child = right !== undefined && right.deadline < left.deadline ? right : left
      if (child.deadline >= item.deadline) break
      const below = child.index
      this.#place(child, index)
      index = below
    }
    this.#place(item, index)
  }

  #place(item: A, index: number): void {
    this.#heap[index] = item
    item.index = index
  }
}
