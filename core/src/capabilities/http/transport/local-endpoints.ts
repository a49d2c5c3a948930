import { canonicalizeHost } from '../rules/index.ts'

/**
 * Returns the local endpoints of a provider, as hosts with a port: `127.0.0.1:11434`, `[::1]:11434`, `ollama.lan:8080`.
 * Requests with a credential of the provider may connect to them, although they are not on the public internet.
 */
export type FindLocalEndpoints = (provider: string) => readonly string[]

const ENDPOINT = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]\\*]+):(\d{1,5})$/i

/** Whether a text is a host with a port. */
export function isLocalEndpoint(text: string): boolean {
  return parse(text) !== undefined
}

/** Whether one of the endpoints is exactly the host and the port of a URL. A name that resolves to it is not. */
export function includesUrl(endpoints: readonly string[], { hostname, port, protocol }: URL): boolean {
  const effective = port || (protocol === 'https:' ? '443' : '80')
  return endpoints.some((endpoint) => {
    const parsed = parse(endpoint)
    return parsed?.hostname === hostname && parsed.port === effective
  })
}

function parse(text: string): { hostname: string; port: string } | undefined {
  const [, host = '', port = ''] = ENDPOINT.exec(text) ?? []
  const url = `http://${host}`
  if (host === '' || !URL.canParse(url) || Number(port) < 1 || Number(port) > 65_535) return undefined
  const hostname = canonicalizeHost(new URL(url).hostname)
  return hostname === undefined ? undefined : { hostname, port: String(Number(port)) }
}
