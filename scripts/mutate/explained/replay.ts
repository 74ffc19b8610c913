import type { Reason } from "../reason.ts"

export const replay: ReadonlyArray<Reason> = []
