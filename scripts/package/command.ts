/**
 * Running commands.
 *
 * @module
 */

/** How a command ended. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  /** Both streams, for people. */
  readonly output: string
}

/** Where a command runs, and what it finds in its environment beside ours. */
export interface Place {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

// deno-lint-ignore no-control-regex -- colours are control characters
const colours = /\x1b\[[0-9;]*m/g

/** Runs a command to its end, whatever that is. */
export const run = async (
  command: string,
  args: ReadonlyArray<string>,
  { cwd, env }: Place,
): Promise<Outcome> => {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
  }).output()
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(colours, "")
  return { code, stdout: text(stdout), output: text(stdout) + text(stderr) }
}

/** Runs a command that has to succeed, and gives what it wrote to its standard output. */
export const mustRun = async (
  command: string,
  args: ReadonlyArray<string>,
  place: Place,
): Promise<string> => {
  const { code, stdout, output } = await run(command, args, place)
  if (code !== 0) {
    throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output.slice(-4_000)}`)
  }
  return stdout
}
