import process from "node:process"
import { defineConfig, type ViteUserConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import suite from "../../vitest.config.mts"

/** A mutant is done with the first test that fails: the quick ones go first. */
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
    // Loading Effect for each file takes longer than most files.
    isolate: false,
    sequence: { sequencer: QuickFirst },
  },
})
export default config
