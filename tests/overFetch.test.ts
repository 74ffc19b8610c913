/** What a call makes of its answers, once more over plain `fetch`, to which calls have a way of their own. */
import { recordOver } from "./support/recording.ts"

recordOver("fetch")

await import("./answers.test.ts")
await import("./failures.test.ts")
await import("./requests.test.ts")
await import("./retries.test.ts")
await import("./timers.test.ts")
await import("./tracing.test.ts")
await import("./internal/bodies.test.ts")
await import("./internal/retryBudget.test.ts")
await import("./internal/slowAnswers.test.ts")
await import("./internal/statuses.test.ts")
