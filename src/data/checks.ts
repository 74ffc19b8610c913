/**
 * The checks that a schema and code written by hand share.
 *
 * @module
 */
import type { TargetId } from "./TargetId.ts"

const targetId = /^[0-9A-Za-z_-]{1,64}$/

/** Whether a text is the id of a target. */
export const isTargetId = (text: string): text is TargetId => targetId.test(text)

/** Whether a number is what was written: beyond ±2^53, JSON's digits are lost. */
export const isExact = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))

/**
 * The elements of an array, each read once. By index, because an array's length, iterator and
 * methods may be its own, and say something else when they are asked again.
 */
export const elementsOf = (array: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  const { length } = array
  return Array.from({ length }, (_, index) => array[index])
}
