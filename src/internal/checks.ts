/**
 * The checks that a schema and a decoder written by hand share.
 *
 * @module
 */
import type { TargetId } from "../TargetId.ts"

const targetId = /^[0-9A-Za-z_-]{1,64}$/

/** Whether a text is the id of a target. */
export const isTargetId = (text: string): text is TargetId => targetId.test(text)

/** Whether a number is what was written: beyond ±2^53, JSON's digits are lost. */
export const isExact = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
