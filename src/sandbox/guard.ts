/**
 * Who may use the control routes: no web page of another site, whose scripts a browser would let
 * send requests to loopback.
 *
 * @module
 */

const isAddress = (host: string): boolean => /^\d+(?:\.\d+){3}$/.test(host) || host.startsWith("[")

const isLoopbackName = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost")

/** The host of a URL or of a `Host` header, without its port; undefined where it is none. */
const hostOf = (url: string): string | undefined => {
  try {
    return new URL(url).hostname
  } catch {
    return undefined
  }
}

const allowFlag = "--allow-host, or allowHosts of Sandbox.serve,"

/** Whether a person opens a page, from a link of another site or not: it comes with no script's power. */
const isNavigation = (headers: Headers): boolean =>
  headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document"

/**
 * Why a request may not use the control routes; undefined where it may. A link from another site may
 * open the page, which then asks for itself.
 */
export const objection = (
  headers: Headers,
  allowHosts: ReadonlyArray<string>,
  isPage: boolean,
): string | undefined => {
  const isAllowed = (host: string): boolean =>
    allowHosts.some((name) => name.toLowerCase() === host)

  const header = headers.get("host")
  const host = header === null ? undefined : hostOf(`http://${header}`)
  const isKnown = host !== undefined &&
    (isAddress(host) || isLoopbackName(host) || isAllowed(host))
  // A page whose name was made to lead here (DNS rebinding) comes under that name.
  if (header !== null && !isKnown) {
    return `the control routes are not for the host ${JSON.stringify(header)}: name it with ` +
      `${allowFlag} if it means this sandbox (--allow-host ${host ?? "<name>"})`
  }

  const origin = headers.get("origin")
  const originHost = origin === null ? undefined : hostOf(origin)
  const isNamed = originHost !== undefined && isAllowed(originHost)
  if (origin !== null && !isNamed && (originHost === undefined || originHost !== host)) {
    return `the control routes are not for pages of ${
      JSON.stringify(origin)
    }: name its host with ` +
      `${allowFlag} if it may use them (--allow-host ${originHost ?? "<name>"})`
  }
  const isForeign = headers.get("sec-fetch-site") === "cross-site" && !isNamed
  if (isForeign && !(isPage && isNavigation(headers))) {
    return "the control routes are not for pages of another site: name the host of the page with " +
      `${allowFlag} if it may use them`
  }
  return undefined
}
