/**
 * Loading what is installed beside the benchmark only.
 *
 * @module
 */

/**
 * A peer's module. The peers are not among the project's dependencies, so the compiler can't see
 * them; `Module` says of one what is used here, and its pinned version makes that true.
 */
export const load = async <Module>(specifier: string): Promise<Module> =>
  await import(specifier) as Module
