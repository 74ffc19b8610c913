import type { Reason } from "../reason.ts"

export const values: ReadonlyArray<Reason> = []
