/**
 * The runtime that the benchmark runs on, which is also the one it measures.
 *
 * @module
 */
import { cpus, totalmem } from "node:os"
import process from "node:process"

/** A runtime. */
export type Runtime = "Deno" | "Node"

/** Node's own fields, and the one that Deno adds. */
const versions: Readonly<Record<string, string | undefined>> = process.versions

/** Which one this is. */
export const runtime: Runtime = versions.deno === undefined ? "Node" : "Deno"

/** The arguments that start a program on this runtime: nothing is asked for, everything allowed. */
export const programArgs = (file: string): ReadonlyArray<string> =>
  runtime === "Deno" ? ["run", "-A", "--no-lock", file] : [file]

/** Runtime and machine, in one line. */
export const machine = (): string =>
  [
    runtime === "Deno" ? `Deno ${versions.deno}` : `Node ${process.versions.node}`,
    `V8 ${process.versions.v8}`,
    `${process.platform} ${process.arch}`,
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? "an unknown CPU"}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
  ].join(", ")
