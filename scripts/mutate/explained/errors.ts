import type { Reason } from "../reason.ts"

export const errors: ReadonlyArray<Reason> = []
