import type { Reason } from "../reason.ts"

export const rate: ReadonlyArray<Reason> = []
