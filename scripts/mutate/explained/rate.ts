import type { Reason } from "../reason.ts"

export const rate: ReadonlyArray<Reason> = [
  {
    file: "src/RateLimit.ts",
    why: "A burst of 1 is 1 on either way.",
    lines: {
      "burst: options.burst === undefined || options.burst >= 1 ? options.burst : 1,": [
        "options.burst >= 1 => options.burst > 1",
      ],
    },
  },
  {
    file: "src/internal/rate/controller.ts",
    why: "A short way: while nothing limits, the way around comes to the same state.",
    lines: {
      "if (state.rate === Infinity) return { state: { ...state, sent }, wait: 0 }": [
        "state.rate === Infinity => false",
      ],
      "const ended = state.row === undefined ? state : { ...state, row: undefined }": [
        "state.row === undefined => false",
      ],
    },
  },
  {
    file: "src/internal/rate/controller.ts",
    why: "A short way: at the ceiling no rate grows, and what fills up early admits the same.",
    lines: {
      "if (state.rate >= state.settings.ceiling) return state": [
        "state.rate >= state.settings.ceiling => false",
        "state.rate >= state.settings.ceiling => state.rate > state.settings.ceiling",
      ],
    },
  },
  {
    file: "src/internal/rate/gate.ts",
    why: "A short way: an empty queue lets a request through at once, too.",
    lines: {
      "queue.isEmpty() && tryAdmit(fiber) === 0 ? Effect.void : queued": [
        "queue.isEmpty() && tryAdmit(fiber) === 0 => false",
      ],
    },
  },
  {
    file: "src/internal/rate/headers.ts",
    why: "For the compiler: the pattern doesn't match what isn't there.",
    lines: {
      "text !== undefined && /^\\s*\\d{1,15}(?:\\.\\d+)?\\s*$/.test(text) ? Number(text) : undefined":
        [
          "text !== undefined => true",
        ],
    },
  },
]
