import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'

/**
 * Creates a function that returns the address of the client that sent a request. Each proxy appends the address from which it received the
 * request to `X-Forwarded-For`. Only the entries that trusted proxies have appended are believed: the last address that is not a trusted
 * proxy is the client.
 *
 * @param trustedProxies addresses and networks: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`
 * @returns '' when the connection has closed
 */
export function createClientAddress(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const networks = trustedProxies.map(parseNetwork).filter((network) => network !== undefined)
  const isTrusted = (address: Address): boolean => networks.some((network) => isIn(address, network))
  return ({ socket, headersDistinct }) => {
    let client = parseAddress(socket.remoteAddress ?? '')
    const forwarded = (headersDistinct['x-forwarded-for'] ?? []).flatMap((value) => value.split(','))
    while (client && isTrusted(client)) {
      const previous = parseAddress(withoutPort(forwarded.pop() ?? ''))
      if (!previous) break
      client = previous
    }
    return client?.toString() ?? ''
  }
}

/** Whether the text is an address or a network. */
export function isProxyEntry(text: string): boolean {
  return parseNetwork(text) !== undefined
}

/** The bits of an IPv6 address that name the network of a client, which can choose the others. */
const IPV6_NETWORK_BYTES = 8

/** What limits count by: the address, or for IPv6 the network of the client. */
export function networkOf(address: string): string {
  const parsed = parseAddress(address)
  return parsed?.kind() === 'ipv6' ? `${parsed.toByteArray().slice(0, IPV6_NETWORK_BYTES).join('.')}::` : address
}

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = [address: Address, bits: number]

/** An IPv4 address that is mapped to IPv6 is an IPv4 address. */
function parseAddress(text: string): Address | undefined {
  const isComplete = text.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(text)
  return isComplete && ipaddr.isValid(text) ? ipaddr.process(text) : undefined
}

function parseNetwork(entry: string): Network | undefined {
  const address = parseAddress(entry)
  if (address) return [address, address.kind() === 'ipv4' ? 32 : 128]
  return ipaddr.isValidCIDR(entry) ? ipaddr.parseCIDR(entry) : undefined
}

function isIn(address: Address, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match([network, bits] as never)
}

/** `1.2.3.4:5678` and `[2001:db8::1]:5678`, as some proxies write it. */
function withoutPort(entry: string): string {
  const text = entry.trim()
  return /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
}
