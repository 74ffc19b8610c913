/**
 * The program as a process: the referee's URL is its argument. It has to end on its own.
 *
 * @module
 */
import process from "node:process"
import { obeyAll } from "./program.ts"

const referee = process.argv[2] ?? ""
// Some at a time: most of their time is timeouts.
await Promise.all(Array.from({ length: 16 }, () => obeyAll(referee)))
