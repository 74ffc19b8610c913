import type { Reason } from "../reason.ts"

export const stream: ReadonlyArray<Reason> = [
  {
    file: "src/internal/targetDecoder.ts",
    why: "For the compiler: where the form matches, all its parts are there.",
    lines: {
      'const [, id = "", creationDate = "", lastUpdateDate = "", values = ""] = match': [
        '"" => "Stryker was here!"',
        '"" => "Stryker was here!"',
        '"" => "Stryker was here!"',
        '"" => "Stryker was here!"',
      ],
    },
  },
  {
    file: "src/internal/targetDecoder.ts",
    why: "For the compiler: the form has only such ids.",
    lines: {
      "if (!isTargetId(id)) break": ["!isTargetId(id) => false"],
    },
  },
  {
    file: "src/internal/targetDecoder.ts",
    why: "For the compiler: what is no number is not exact.",
    lines: {
      '(typeof value === "number" && isExact(value))': ['typeof value === "number" => true'],
    },
  },
  {
    file: "src/internal/targetDecoder.ts",
    why: "Saves an instant: both are the same.",
    lines: {
      "const updated = lastUpdateDate === creationDate ? created : toInstant(lastUpdateDate)": [
        "lastUpdateDate === creationDate => false",
      ],
    },
  },
  {
    file: "src/internal/depth.ts",
    why: "A short way: what is no longer than this isn't deeper.",
    lines: {
      "if (text.length <= 2 * limit) return false": [
        "text.length <= 2 * limit => false",
        "text.length <= 2 * limit => text.length < 2 * limit",
      ],
    },
  },
  {
    file: "src/internal/depth.ts",
    why: "Behind the end there is no sign.",
    lines: {
      "for (let at = 0; at < text.length; at++) {": ["at < text.length => at <= text.length"],
      "while (at < text.length && text.charCodeAt(at) !== QUOTE) {": [
        "at < text.length => at <= text.length",
      ],
    },
  },
  {
    file: "src/internal/instant.ts",
    why: "The last bit of a sum is that of the difference.",
    lines: {
      "month === 2 ? isLeap(year) ? 29 : 28 : 30 + ((month + (month >> 3)) & 1)": [
        "month + (month >> 3) => month - (month >> 3)",
      ],
    },
  },
  {
    file: "src/internal/instant.ts",
    why: "Saves the length of the month, which is never less.",
    lines: {
      "(day <= 28 || day <= daysOf(year, month)) && hours <= 23 && minutes <= 59 && seconds <= 59":
        ["day <= 28 => false", "day <= 28 => day < 28"],
    },
  },
  {
    file: "src/internal/instant.ts",
    why: "For an Effect that makes instants in another way, which this one doesn't.",
    lines: {
      'const isAsKnown = Object.getOwnPropertyNames(byEffect).join() === "epochMilliseconds,partsUtc"':
        ['Object.getOwnPropertyNames(byEffect).join() === "epochMilliseconds,partsUtc" => true'],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "One bracket more or less: what may be too deep is looked at.",
    lines: {
      "if (++found > maxDepth) return true": ["++found > maxDepth => ++found >= maxDepth"],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "A message that nothing shows: the scanner looks instead.",
    lines: {
      'if (mayBeDeep(text)) throw new SyntaxError("Too many brackets")': [
        '"Too many brackets" => ""',
      ],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "Set at the beginning of each element.",
    lines: {
      "let inString = false": ["false => true"],
      "let isWhole = false": ["false => true"],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "One byte more or less that is taken before it is needed.",
    lines: {
      "const isFit = needed <= buffer.length && buffer.length <= 16 * Math.max(needed, batchSize)":
        ["needed <= buffer.length => needed < buffer.length"],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "One byte more or less that is kept.",
    lines: {
      "const isFit = needed <= buffer.length && buffer.length <= 16 * Math.max(needed, batchSize)":
        ["buffer.length <= 16 * Math.max(needed, batchSize) => buffer.length < 16 * Math.max(needed, batchSize)"],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "It is told with the next byte.",
    lines: {
      "if (byte >= 0x80 && size - start < 4) return": [
        "size - start < 4 => size - start <= 4",
        "byte >= 0x80 => byte > 0x80",
      ],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "A few bytes more or less, of 16 MiB of space.",
    lines: {
      "passed += byteOrderMark.length": [
        "passed += byteOrderMark.length => passed -= byteOrderMark.length",
      ],
      'if (passed > maxElement) flaw = "Limit"': ["passed > maxElement => passed >= maxElement"],
      "passed = size - start": ["size - start => size + start"],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why:
      "At that place is a separator, but no beginning of an object behind it that was looked at.",
    lines: {
      "for (let at = size - 1; at > from; at--) {": ["at > from => at >= from"],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "The first byte is no cut either: it is at the end of nothing.",
    lines: {
      "return -1": ["-1 => +1"],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "The name of a flaw hasn't the length of one.",
    lines: {
      'if (typeof parsed === "string" || parsed.length !== 1) {': [
        'typeof parsed === "string" => false',
        '"string" => ""',
      ],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "No element ends where it begins but an empty one, which is refused.",
    lines: {
      'if ((end < 0 ? size : end) - start > maxElement) return fail("Limit")': [
        "end < 0 => end <= 0",
      ],
      "for (let next = end; next >= 0; next = buffer[end] === COMMA ? scan() : -1) end = next": [
        "next >= 0 => next > 0",
      ],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "A cut is behind the end, or there is none.",
    lines: {
      "if (cut > end) {": ["cut > end => cut >= end"],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "Behind the end of the array is nothing but space, or what is wrong anyway.",
    lines: {
      "for (let next = end; next >= 0; next = buffer[end] === COMMA ? scan() : -1) end = next": [
        "buffer[end] === COMMA => true",
      ],
    },
  },
  {
    file: "src/internal/jsonArray.ts",
    why: "Saves the rest of a piece, of which nothing comes after a flaw.",
    lines: {
      "if (flaw !== undefined || !fill()) return undefined": ["flaw !== undefined => false"],
    },
  },
  {
    file: "src/internal/listed.ts",
    why: "A short way, which saves a copy.",
    lines: {
      "if (elements.every(isTarget)) return elements": ["elements.every(isTarget) => false"],
    },
  },
  {
    file: "src/internal/listed.ts",
    why: "Nobody sees a batch without targets; the failure comes with the next.",
    lines: {
      "if (Arr.isReadonlyArrayNonEmpty(targets)) return Effect.succeed(targets)": [
        "Arr.isReadonlyArrayNonEmpty(targets) => true",
      ],
    },
  },
]
