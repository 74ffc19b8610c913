import process from "node:process"
import { defineConfig, type ViteUserConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import suite from "../../vitest.config.mts"

/** The first test that fails ends a mutant, so the quick ones go first. */
class QuickFirst extends BaseSequencer {
  override sort(files: ReadonlyArray<TestSpecification>): Promise<Array<TestSpecification>> {
    const duration = (file: TestSpecification): number =>
      this.ctx.cache.getTestSpecificationResult(file)?.duration ?? 0
    return Promise.resolve(files.toSorted((a, b) => duration(a) - duration(b)))
  }
}

const config: ViteUserConfig = defineConfig({
  ...suite,
  test: {
    include: (process.env.MUTATE_TESTS ?? "").split(","),
    // Shorter than the suite's: many mutants hang.
    testTimeout: 20_000,
    // Loading Effect anew takes longer than most files of tests.
    isolate: false,
    sequence: { sequencer: QuickFirst },
  },
})
export default config
