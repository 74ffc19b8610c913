/** Values that no caller and no server should send. */

/** A value under a type that it doesn't have, as a JavaScript caller passes it. */
export const hostile = <A>(value: unknown): A => value as A

/** An array in JSON, nested to a depth. */
export const nestedArray = (depth: number): string => "[".repeat(depth) + "]".repeat(depth)

/** An error with a chain of causes in front of the innermost one. */
export const nestedError = (depth: number, innermost: unknown, message = "outer"): unknown =>
  depth === 0
    ? innermost
    : new Error(message, { cause: nestedError(depth - 1, innermost, message) })
