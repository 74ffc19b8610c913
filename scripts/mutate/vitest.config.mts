import process from "node:process"
import {
  defineConfig,
  type TestProjectInlineConfiguration,
  type ViteUserConfig,
} from "vitest/config"
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

const project = (name: string, include: Array<string>): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name, include },
})

const tests = (process.env.MUTATE_TESTS ?? "").split(",")
// It loads other files of tests, and they can be loaded once in a process.
const isAlone = (path: string): boolean => path === "tests/http/overFetch.test.ts"

const config: ViteUserConfig = defineConfig({
  ...suite,
  test: {
    projects: [
      project("together", tests.filter((path) => !isAlone(path))),
      project("alone", tests.filter(isAlone)),
    ].filter(({ test }) => test?.include?.length !== 0),
    // For what hangs, as many mutants do: the suite waits longer, for machines that are busy.
    testTimeout: 20_000,
    // Loading Effect for each file takes longer than most files.
    isolate: false,
    sequence: { sequencer: QuickFirst },
  },
})
export default config
