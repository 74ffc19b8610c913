import type { SeedRateLimit } from "./Seed.ts"

export interface Bucket {
  readonly tokens: number
  /** Epoch milliseconds at which `tokens` was true. */
  readonly at: number
}

export interface Ticket {
  readonly allowed: boolean
  readonly bucket: Bucket
  readonly headers: Readonly<Record<string, string>>
}

/** Takes a request out of a key's bucket, which is full at first. */
export const take = (limit: SeedRateLimit, bucket: Bucket | undefined, now: number): Ticket => {
  const held = bucket === undefined
    ? limit.burst
    : Math.min(limit.burst, bucket.tokens + (now - bucket.at) / 1000 * limit.perSecond)
  const allowed = held >= 1
  const tokens = allowed ? held - 1 : held
  const seconds = (missing: number): string => String(Math.ceil(missing / limit.perSecond))
  return {
    allowed,
    bucket: { tokens, at: now },
    headers: {
      "x-ratelimit-limit": String(limit.burst),
      "x-ratelimit-remaining": String(Math.floor(tokens)),
      "x-ratelimit-reset": seconds(limit.burst - tokens),
      ...(!allowed && limit.retryAfter !== false ? { "retry-after": seconds(1 - tokens) } : {}),
    },
  }
}
