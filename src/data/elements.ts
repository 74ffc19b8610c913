/**
 * Reading an array of the caller's once.
 *
 * @module
 */

/**
 * The elements of an array, each read once. By index, because an array's length, iterator and
 * methods may be its own, and say something else when they are asked again.
 */
export const elementsOf = (array: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  const { length } = array
  return Array.from({ length }, (_, index) => array[index])
}
