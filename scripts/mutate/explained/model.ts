import type { Reason } from "../reason.ts"

export const model: ReadonlyArray<Reason> = []
