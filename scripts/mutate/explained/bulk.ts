import type { Reason } from "../reason.ts"

export const bulk: ReadonlyArray<Reason> = []
