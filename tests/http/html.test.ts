import { assert, describe, it } from "@effect/vitest"
import { declaresHtml, isHtml, looksLikeHtml } from "../../src/http/html.ts"

const labelled = (type: string, status = 200, more: { readonly [name: string]: string } = {}) => ({
  status,
  headers: { "content-type": type, ...more },
})

describe("looksLikeHtml", () => {
  const pages = [
    "<!DOCTYPE html><html></html>",
    "<!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>",
    "\r\n\t <html lang=fr>",
    "<HTML>",
    "<!-- a gateway's page --><title>502</title>",
    "<head><title>Log in</title></head>",
    "<h1>It works!</h1>",
    "<p>Bad gateway</p>",
    "<script>location = '/login'</script>",
  ]
  for (const page of pages) {
    it(`takes ${JSON.stringify(page)} for a page`, () => assert.isTrue(looksLikeHtml(page)))
  }

  const others = [
    "",
    "{}",
    '"<html>"',
    '[{"id":"<p>"}]',
    "target cannot be identified - unicity is null",
    "no < such > target",
    "<8103> is unknown",
    "<pending>",
    '<?xml version="1.0"?><Error/>',
    "a page: <html>",
  ]
  for (const text of others) {
    it(`takes ${JSON.stringify(text)} for none`, () => assert.isFalse(looksLikeHtml(text)))
  }
})

describe("declaresHtml", () => {
  for (const type of ["text/html", "Text/HTML; charset=utf-8", " application/xhtml+xml"]) {
    it(`is true for ${type}`, () => assert.isTrue(declaresHtml(labelled(type))))
  }
  for (const type of ["application/json", "text/plain; a=text/html", "text/htmlx", ""]) {
    it(`is false for ${JSON.stringify(type)}`, () => assert.isFalse(declaresHtml(labelled(type))))
  }

  it("is false without a body", () => {
    assert.isFalse(declaresHtml(labelled("text/html", 204)))
    assert.isFalse(declaresHtml(labelled("text/html", 404, { "content-length": "0" })))
    assert.isFalse(declaresHtml({ status: 200, headers: {} }))
  })
})

describe("isHtml", () => {
  it("goes by the body, and by the label where the body is missing", () => {
    assert.isTrue(isHtml(labelled("application/json"), "<html>"))
    assert.isFalse(isHtml(labelled("text/html"), "target not found"))
    assert.isTrue(isHtml(labelled("text/html"), " \r\n"))
    assert.isFalse(isHtml(labelled("text/plain"), ""))
  })
})
