/**
 * Telling an HTML page from a response of NP6, which speaks JSON and plain text alone.
 *
 * @module
 */

interface Described {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
}

/** Whether a response declares that its body is a page. */
export const declaresHtml = ({ headers, status }: Described): boolean =>
  status !== 204 && headers["content-length"] !== "0" &&
  /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(headers["content-type"] ?? "")

/**
 * Whether a text is a page. Its declared type doesn't matter: a plain text that is labelled HTML, as
 * ASP.NET does where nobody sets a type, may well be NP6's.
 */
export const looksLikeHtml = (text: string): boolean =>
  /^\s*<(?:!--|!doctype html|(?:html|head|body|title|meta|script|style|h\d|p|div|center|pre)\b)/i
    .test(text)

/** Whether a response is a page: by its body, or by its declared type where the body is missing. */
export const isHtml = (head: Described, body: string): boolean =>
  body.trim() === "" ? declaresHtml(head) : looksLikeHtml(body)
