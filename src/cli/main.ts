#!/usr/bin/env node
/**
 * The command line, as a program: `np6 --help`.
 *
 * @module
 */
import process from "node:process"
import { run } from "./run.ts"

process.exit(await run(process.argv.slice(2)))
