import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { AshlarError, showValue } from '../../../errors/index.ts'
import { canonicalHost } from '../rules/target.ts'

/**
 * Whether an address is one of the public internet: not one of this machine, of a private network, of a cloud's metadata, of
 * many hosts at once, or one that only stands for another address.
 *
 * @param address as the resolver or a url gives it; what is no address is not public
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || address.includes('%')) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  const [allowed, refused] = parsed.kind() === 'ipv4' ? [ALL_IPV4, REFUSED_IPV4] : [GLOBAL_IPV6, REFUSED_IPV6]
  return parsed.match(allowed) && !refused.some((network) => parsed.match(network))
}

type Network = [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

// What the library's own list of ranges (`unicast` is what is left) may lack: see the IANA registries of special addresses.
const ALL_IPV4 = ipaddr.parseCIDR('0.0.0.0/0')
const REFUSED_IPV4 = [
  '0.0.0.0/8',
  '100.64.0.0/10', // carriers' NAT; 100.100.100.200 tells a cloud's metadata
  '168.63.129.16/32', // a public address that inside one cloud is the machine's own host
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24', // 6to4 relays
  '192.175.48.0/24',
  '198.18.0.0/15',
  '240.0.0.0/4',
].map((text) => ipaddr.parseCIDR(text))
/** All that is given out; the mapped, compatible, translated, local and link-local addresses are outside of it. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')
const REFUSED_IPV6 = [
  '2001::/23', // Teredo, benchmarks, ORCHID and other protocols
  '2001:db8::/32',
  '2002::/16', // 6to4
  '2620:4f:8000::/48',
  '3fff::/20',
].map((text) => ipaddr.parseCIDR(text))

/** Decides which addresses may be connected to. */
export interface AddressGuard {
  /** @param hostname canonical: whose address it is */
  permits(hostname: string, address: string): boolean
}

/**
 * The public internet, and what the operator allows beside it: hosts (`intranet.example`, `*.intranet.example`), whatever their
 * address, and addresses (`10.1.2.3`, `10.0.0.0/8`, `fd00::/8`), whatever leads to them.
 *
 * @throws {AshlarError} CONFIG_INVALID naming the entry that is neither
 */
export function createAddressGuard(allowed: readonly string[]): AddressGuard {
  const networks: Network[] = []
  const hosts = new Set<string>()
  const domains: string[] = []
  for (const entry of allowed) {
    const network = networkOf(entry)
    const host = hostOf(entry)
    if (network) networks.push(network)
    else if (host === undefined) throw invalid(entry)
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

/** Whether `createAddressGuard` takes it. */
export function isHttpAllowEntry(entry: string): boolean {
  return networkOf(entry) !== undefined || hostOf(entry) !== undefined
}

function networkOf(entry: string): Network | undefined {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry)
  const address = entry.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) === 0 || address.includes('%')) return undefined
  const parsed = ipaddr.parse(address)
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128]
}

function hostOf(entry: string): string | undefined {
  const text = entry.replace(/^\*\./, '')
  const url = `http://${text}`
  if (text === '' || /[*/:@?#\\\s]/.test(text) || !URL.canParse(url)) return undefined
  return canonicalHost(new URL(url).hostname)
}

function invalid(entry: string): AshlarError {
  const message = `the http allow list must hold hosts and networks like "intranet.example", "*.intranet.example" or "10.0.0.0/8", got ${showValue(entry)}`
  return new AshlarError('CONFIG_INVALID', message)
}
