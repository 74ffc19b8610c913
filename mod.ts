/**
 * The NP6 (MailPerformance) Target API as Effect programs.
 *
 * @module
 */
export type { Operation } from "./src/Operation.ts"
