import { defineConfig } from "vitest/config"
import { fileURLToPath } from "node:url"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // Tests import the library by its published names, as its users do.
    alias: [
      { find: /^@effect-np6\/targets$/, replacement: here("./mod.ts") },
      { find: /^@effect-np6\/targets\/sandbox$/, replacement: here("./src/sandbox/Sandbox.ts") },
      { find: /^@effect-np6\/targets\/import$/, replacement: here("./src/import/mod.ts") },
    ],
  },
  test: {
    include: ["tests/**/*.test.ts"],
    // One core is kept free by default, which on the two of CI's machine is half.
    maxWorkers: "100%",
    // Properties and sockets take their time on a machine that has other work; what hangs still fails.
    testTimeout: 60_000,
  },
})
