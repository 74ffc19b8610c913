/** What a call makes of its answers, once more over plain `fetch`, to which calls have a way of their own. */
import { recordOver } from "../harness/recording.ts"

recordOver("fetch")

await import("./responses.test.ts")
await import("../client/failures.test.ts")
await import("../targets/requests.test.ts")
await import("../client/retries.test.ts")
await import("./timers.test.ts")
await import("../client/tracing.test.ts")
await import("./body.test.ts")
await import("../client/retryBudget.test.ts")
await import("./slowBodies.test.ts")
await import("../client/statuses.test.ts")
