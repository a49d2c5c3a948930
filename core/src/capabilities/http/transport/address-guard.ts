import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { AshlarError, showValue } from '../../../base/index.ts'
import { canonicalizeHost } from '../rules/index.ts'

/**
 * Whether an address belongs to the public internet. Addresses of this machine, of private networks, of cloud metadata
 * services, multicast addresses, and addresses that translate to another address are not public.
 *
 * @param address as a resolver or URL returns it; a text that is not an address is not public
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || address.includes('%')) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  const [allowed, excluded] = parsed.kind() === 'ipv4' ? [ALL_IPV4, EXCLUDED_IPV4] : [GLOBAL_IPV6, EXCLUDED_IPV6]
  return parsed.match(allowed) && !excluded.some((network) => parsed.match(network))
}

type Network = [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

// Special addresses that the library may classify as `unicast`. Source: the IANA special-purpose address registries.
const ALL_IPV4 = ipaddr.parseCIDR('0.0.0.0/0')
const EXCLUDED_IPV4 = [
  '0.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT; 100.100.100.200 is a cloud metadata service
  '168.63.129.16/32', // a public address that reaches the host machine inside one cloud
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24', // 6to4 relays
  '192.175.48.0/24',
  '198.18.0.0/15',
  '240.0.0.0/4',
].map((text) => ipaddr.parseCIDR(text))
/**
 * All allocated unicast addresses. Mapped, compatible, translated, local and link-local addresses are outside this
 * range.
 */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')
const EXCLUDED_IPV6 = [
  '2001::/23', // Teredo, benchmarks, ORCHID and other protocols
  '2001:db8::/32',
  '2002::/16', // 6to4
  '2620:4f:8000::/48',
  '3fff::/20',
].map((text) => ipaddr.parseCIDR(text))

/** Decides to which addresses the worker may connect. */
export interface AddressGuard {
  /** @param hostname the canonical host name that resolves to the address */
  permits(hostname: string, address: string): boolean
}

/**
 * Permits the public internet and what the operator allows: hosts (`intranet.example`, `*.intranet.example`) with any
 * address, and addresses (`10.1.2.3`, `10.0.0.0/8`, `fd00::/8`) with any host name.
 *
 * @throws {AshlarError} CONFIG_INVALID with the invalid entry
 */
export function buildAddressGuard(allowed: readonly string[]): AddressGuard {
  const networks: Network[] = []
  const hosts = new Set<string>()
  const domains: string[] = []
  for (const entry of allowed) {
    const network = parseNetwork(entry)
    const host = parseAllowedHost(entry)
    if (network) networks.push(network)
    else if (host === undefined) throw invalidEntry(entry)
    else if (entry.startsWith('*.')) domains.push(`.${host}`)
    else hosts.add(host)
  }
  return {
    permits(hostname, address) {
      if (isPublicAddress(address) || hosts.has(hostname)) return true
      if (domains.some((domain) => hostname.endsWith(domain))) return true
      if (!ipaddr.isValid(address)) return false
      const parsed = ipaddr.parse(address)
      return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits] as never))
    },
  }
}

/** Whether {@link buildAddressGuard} accepts an entry. */
export function isHttpAllowEntry(entry: string): boolean {
  return parseNetwork(entry) !== undefined || parseAllowedHost(entry) !== undefined
}

function parseNetwork(entry: string): Network | undefined {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry)
  const address = entry.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) === 0 || address.includes('%')) return undefined
  const parsed = ipaddr.parse(address)
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128]
}

function parseAllowedHost(entry: string): string | undefined {
  const text = entry.replace(/^\*\./, '')
  const url = `http://${text}`
  if (text === '' || /[*/:@?#\\\s]/.test(text) || !URL.canParse(url)) return undefined
  return canonicalizeHost(new URL(url).hostname)
}

function invalidEntry(entry: string): AshlarError {
  const message = `the http allow list must contain hosts and networks like "intranet.example", "*.intranet.example" or "10.0.0.0/8", got ${showValue(entry)}`
  return new AshlarError('CONFIG_INVALID', message)
}
