#!/usr/bin/env node
/**
 * The command line, as a program: `np6 --help`.
 *
 * @module
 */
import process from "node:process"
import { runCli } from "./run.ts"

process.exit(await runCli(process.argv.slice(2)))
