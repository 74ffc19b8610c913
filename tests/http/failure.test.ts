import { assert, describe, it } from "@effect/vitest"
import { type Broken, readFailure } from "../../src/http/failure.ts"
import { nestedError } from "../harness/hostile.ts"

const failed = (fields: object, message = "failed") => Object.assign(new Error(message), fields)
const fetchFailed = (cause: unknown) => new TypeError("fetch failed", { cause })
const deno = (words: string, url = "https://api-cm.np6.com/targets") =>
  new TypeError(`error sending request for url (${url}): ${words}`)

const check = (cases: ReadonlyArray<readonly [name: string, error: unknown, expected: Broken]>) => {
  for (const [name, error, expected] of cases) {
    it(name, () => assert.deepStrictEqual(readFailure(error), expected))
  }
}

describe("a failure of a system call", () => {
  for (
    const syscall of ["connect", "getaddrinfo", "getaddrinfo ENOTFOUND", "queryA", "queryAaaa"]
  ) {
    // A code that says nothing by itself.
    it(`${syscall} came before anything was sent`, () => {
      const expected: Broken = { reason: "Connect", code: "ETIMEDOUT" }
      assert.deepStrictEqual(readFailure(failed({ code: "ETIMEDOUT", syscall })), expected)
      assert.deepStrictEqual(
        readFailure(fetchFailed(failed({ code: "ETIMEDOUT", syscall }))),
        expected,
      )
    })
  }
  for (const syscall of ["read", "write", "Connect", "connected", "queryTxt", "", undefined, 7]) {
    it(`${syscall} may have come after NP6 got the request`, () =>
      assert.deepStrictEqual(readFailure(failed({ code: "ETIMEDOUT", syscall })), {
        reason: "Reset",
        code: "ETIMEDOUT",
      }))
  }
})

describe("a code", () => {
  for (
    const code of [
      "UND_ERR_CONNECT_TIMEOUT",
      "ECONNREFUSED",
      "ENOTFOUND",
      "EAI_AGAIN",
      "CERT_HAS_EXPIRED",
      "CERT_NOT_YET_VALID",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ]
  ) {
    it(`${code} is of connecting, without a system call too`, () =>
      assert.deepStrictEqual(readFailure(failed({ code })), { reason: "Connect", code }))
  }
  for (
    const code of [
      "ECONNRESET",
      "EPIPE",
      "ETIMEDOUT",
      "ECONNABORTED",
      "UND_ERR_SOCKET",
      "UND_ERR_HEADERS_TIMEOUT",
      "UND_ERR_CONNECT_TIMEOUTS",
      "UND_ERR_BODY_TIMEOUT",
      "ERR_SSL_WRONG_VERSION_NUMBER",
      "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR",
      "ERR_HTTP2_STREAM_ERROR",
      "ERR_STREAM_PREMATURE_CLOSE",
      // They only look like those of connecting.
      "X_ECONNREFUSED",
      "ECONNREFUSED_NOT",
      "ENOTFOUNDED",
      "EAI_AGAIN2",
      "BAD_CERT_HAS_EXPIRED",
      "NOT_ERR_TLS_X",
      "X_DEPTH_ZERO_X",
      "X_SELF_SIGNED_X",
      "X_UNABLE_TO_X",
    ]
  ) {
    it(`${code} leaves it open`, () =>
      assert.deepStrictEqual(readFailure({ code }), { reason: "Reset", code }))
  }

  for (
    const code of [
      "canary@example.com",
      "CANARY@EXAMPLE.COM",
      "https://api-cm.np6.com/targets?unicity=canary%40example.com",
      "33612345678",
      "0033612345678",
      "econnrefused",
      "EConnRefused",
      " ECONNREFUSED",
      "ECONNREFUSED ",
      "ECONNREFUSED\n",
      "ECONN REFUSED",
      "ECONN-REFUSED",
      "_ECONNREFUSED",
      "1ECONNREFUSED",
      "JÉRÔME",
      "AB",
      "",
      "A".repeat(65),
      20,
      null,
      ["ECONNREFUSED"],
    ]
  ) {
    it(`that is none never comes out: ${JSON.stringify(code)}`, () => {
      assert.deepStrictEqual(readFailure({ code }), { reason: "Reset" })
      // A system call alone is as little.
      assert.deepStrictEqual(readFailure({ code, syscall: "connect" }), { reason: "Reset" })
      // What is below it is read all the same.
      assert.deepStrictEqual(readFailure({ code, cause: { code: "ENOTFOUND" } }), {
        reason: "Connect",
        code: "ENOTFOUND",
      })
    })
  }

  for (const code of ["ABC", "E2B", "A_1", "A".repeat(64)]) {
    it(`may be ${code}`, () =>
      assert.deepStrictEqual(readFailure({ code }), { reason: "Reset", code }))
  }
})

const refused = failed({ code: "ECONNREFUSED", syscall: "connect" })
const reset = failed({ code: "ECONNRESET", syscall: "read" })
const isRefused: Broken = { reason: "Connect", code: "ECONNREFUSED" }
const isReset: Broken = { reason: "Reset", code: "ECONNRESET" }

describe("a failure of several", () => {
  check([
    ["is that of the first that says something", new AggregateError([refused]), isRefused],
    ["of another", new AggregateError([reset]), isReset],
    [
      "is looked for past what says nothing",
      new AggregateError([undefined, null, "ECONNRESET", new Error("x"), refused]),
      isRefused,
    ],
    ["below others", fetchFailed(new AggregateError([refused])), isRefused],
    [
      "that has a code of its own is of that code",
      Object.assign(new AggregateError([refused]), { code: "EPIPE" }),
      { reason: "Reset", code: "EPIPE" },
    ],
    [
      "is looked for before its cause",
      new AggregateError([refused], "x", { cause: reset }),
      isRefused,
    ],
    [
      "that say nothing leaves its cause",
      new AggregateError([new Error("x")], "x", { cause: reset }),
      isReset,
    ],
    ["none of which is there", new AggregateError([]), { reason: "Reset" }],
    ["that isn't an array of them", { errors: "ECONNREFUSED" }, { reason: "Reset" }],
    ["that is only like an array", { errors: { 0: refused, length: 1 } }, { reason: "Reset" }],
  ])
})

describe("a chain of causes", () => {
  for (const depth of [0, 1, 2, 3, 4, 5, 6, 7]) {
    it(`is followed ${depth} deep`, () =>
      assert.deepStrictEqual(readFailure(nestedError(depth, refused)), isRefused))
  }
  it("is followed no deeper", () =>
    assert.deepStrictEqual(readFailure(nestedError(8, refused)), { reason: "Reset" }))

  const self = new Error("x")
  self.cause = self
  const a = new Error("x")
  const b = new Error("x", { cause: a })
  a.cause = b
  const withErrors = new AggregateError([])
  withErrors.errors.push(withErrors)
  withErrors.cause = withErrors
  check([
    ["that is its own cause ends", self, { reason: "Reset" }],
    ["that is a circle ends", a, { reason: "Reset" }],
    ["that is among its own errors ends", withErrors, { reason: "Reset" }],
    ["is that of the outermost that says something", failed({ ...reset, cause: refused }), isReset],
    ["ends with what isn't an object", nestedError(2, "ECONNREFUSED"), { reason: "Reset" }],
  ])

  it("that can't be read says nothing", () => {
    const throwing = {
      get name(): string {
        throw new Error("canary")
      },
    }
    assert.deepStrictEqual(readFailure(throwing), { reason: "Reset" })
  })

  it("without an end ends", () => {
    let read = 0
    const endless = (): object => ({
      get cause() {
        read++
        return endless()
      },
    })
    assert.deepStrictEqual(readFailure(endless()), { reason: "Reset" })
    assert.isAtMost(read, 20)
  })
})

describe("a permission that Deno wasn't given", () => {
  for (const name of ["NotCapable", "PermissionDenied"]) {
    const denied = failed({ name }, 'Requires net access to "canary.example:443"')
    const expected: Broken = { reason: "Connect", code: "NOT_CAPABLE" }
    check([
      [`(${name}) sent nothing`, denied, expected],
      [`(${name}) within another sent nothing`, fetchFailed(denied), expected],
      [`(${name}) with a code sent nothing`, failed({ name, code: "EACCES" }), expected],
    ])
  }
  check([
    ["isn't one that is only spoken of", new Error("NotCapable"), { reason: "Reset" }],
    ["isn't one of a like name", failed({ name: "NotCapableX" }), { reason: "Reset" }],
    ["isn't one whose name is none", { name: ["NotCapable"] }, { reason: "Reset" }],
  ])
})

describe("a sentence of workerd's", () => {
  check([
    ["may come after the request was taken", new Error("Network connection lost."), {
      reason: "Reset",
      code: "ECONNRESET",
    }],
  ])
})

describe("a sentence of Deno's", () => {
  const words: ReadonlyArray<readonly [words: string, code: string]> = [
    ["tcp connect error: Connection refused (os error 111)", "ECONNREFUSED"],
    ["tcp connect error: Connection refused", "ECONNREFUSED"],
    ["tcp connect error: Verbindung verweigert (os error 111)", "ECONNREFUSED"],
    ["tcp connect error: in no language (os error 61)", "ECONNREFUSED"],
    ["tcp connect error: in no language (os error 10061)", "ECONNREFUSED"],
    ["dns error: no record found", "ENOTFOUND"],
    ["failed to lookup address information: Name or service not known", "ENOTFOUND"],
    ["connection error: Connection reset by peer (os error 104)", "ECONNRESET"],
    ["connection error: Connection reset by peer", "ECONNRESET"],
    ["connection error: in no language (os error 104)", "ECONNRESET"],
    ["connection error: in no language (os error 54)", "ECONNRESET"],
    ["connection error: in no language (os error 10054)", "ECONNRESET"],
    ["invalid peer certificate: UnknownIssuer", "CERT_INVALID"],
    ["connection closed before message completed", "ECONNRESET"],
    ["incomplete message", "ECONNRESET"],
    ["peer closed connection without sending TLS close_notify: unexpected EOF", "ECONNRESET"],
  ]
  for (const [sentence, code] of words) {
    check([
      [`of connecting: ${sentence}`, deno(`client error (Connect): ${sentence}`), {
        reason: "Connect",
        code,
      }],
      [`of sending: ${sentence}`, deno(`client error (SendRequest): ${sentence}`), {
        reason: "Reset",
        code,
      }],
      [`of reading: ${sentence}`, new TypeError(`error reading a body: ${sentence}`), {
        reason: "Reset",
        code,
      }],
    ])
  }
  check([
    ["of connecting that is new", deno("client error (Connect): something new"), {
      reason: "Connect",
    }],
    ["of sending that is new", deno("client error (SendRequest): something new"), {
      reason: "Reset",
    }],
    ["of another error of the system", deno("client error (SendRequest): (os error 1110)"), {
      reason: "Reset",
    }],
    ["of one that ends alike", deno("client error (SendRequest): (os error 2104)"), {
      reason: "Reset",
    }],
    ["of a certificate that wasn't refused", deno("client error (SendRequest): certificate"), {
      reason: "Reset",
    }],
    [
      "within another",
      fetchFailed(deno("client error (Connect): dns error: x")),
      { reason: "Connect", code: "ENOTFOUND" },
    ],
    [
      "after one that says nothing",
      fetchFailed(fetchFailed(deno("client error (SendRequest): connection closed"))),
      isReset,
    ],
    ["that isn't a text", { message: ["client error (Connect)"] }, { reason: "Reset" }],
  ])

  // What was asked for is in the sentence, encoded, and must not be read as the failure.
  for (
    const odd of [
      "client error (Connect)",
      "client error (Connect): dns error",
      "connection refused",
      "(os error 111)",
      "(os error 104)",
      "dns error",
      "failed to lookup",
      "invalid peer certificate",
      "certificate",
      "connection closed",
      "unexpected eof",
      "ECONNREFUSED",
      "NotCapable",
    ]
  ) {
    const url = `https://api-cm.np6.com/targets?unicity=${encodeURIComponent(odd)}`
    check([
      [`isn't misread for a search of ${odd}`, deno("client error (SendRequest): x", url), {
        reason: "Reset",
      }],
      [
        `is read for a search of ${odd}`,
        deno("client error (SendRequest): connection error: Connection reset by peer", url),
        isReset,
      ],
    ])
  }
})

describe("what says nothing", () => {
  check(
    [
      undefined,
      null,
      "ECONNREFUSED",
      42,
      {},
      new Error("boom"),
      new Error(""),
      fetchFailed(undefined),
      { message: 42, code: 111, cause: 7 },
      new DOMException("aborted", "AbortError"),
    ].map((error, index) => [`leaves it open, without a code: ${index}`, error, {
      reason: "Reset",
    }]),
  )
})
