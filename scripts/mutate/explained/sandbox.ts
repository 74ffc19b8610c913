import type { Reason } from "../reason.ts"

export const sandbox: ReadonlyArray<Reason> = []
