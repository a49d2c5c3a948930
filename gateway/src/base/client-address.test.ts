import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createClientAddress, networkOf } from './client-address.ts'

/** @param forwarded the values of the `X-Forwarded-For` headers */
function addressOf(trusted: string[], peer: string | undefined, ...forwarded: string[]): string {
  const request = { socket: { remoteAddress: peer }, headersDistinct: { 'x-forwarded-for': forwarded } }
  return createClientAddress(trusted)(request as unknown as IncomingMessage)
}

const PROXIES = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8']

describe('the address of a client', () => {
  it.each<[string, string[], string | undefined, string[], string]>([
    ['is that of the connection without trusted proxies', [], '127.0.0.1', ['1.2.3.4'], '127.0.0.1'],
    ['is that of the connection if it is not a trusted proxy', PROXIES, '9.9.9.9', ['1.2.3.4'], '9.9.9.9'],
    ['is the one that the proxy appended', PROXIES, '127.0.0.1', ['6.6.6.6, 1.2.3.4'], '1.2.3.4'],
    ['is the last one that is not a trusted proxy', PROXIES, '127.0.0.1', ['6.6.6.6, 1.2.3.4, 10.1.1.1, fd00::7'], '1.2.3.4'],
    ['may be in an earlier header', PROXIES, '127.0.0.1', ['6.6.6.6, 1.2.3.4', '10.1.1.1'], '1.2.3.4'],
    ['is the first proxy if all are trusted', PROXIES, '127.0.0.1', ['10.1.1.1, 10.2.2.2'], '10.1.1.1'],
    ['is that of the proxy if the header is missing', PROXIES, '127.0.0.1', [], '127.0.0.1'],
    ['is that of the proxy if the entry is not an address', PROXIES, '127.0.0.1', ['1.2.3.4, unknown'], '127.0.0.1'],
    ['is no number in another notation', PROXIES, '127.0.0.1', ['0x7f000001'], '127.0.0.1'],
    ['may have a port', PROXIES, '127.0.0.1', ['1.2.3.4:5678'], '1.2.3.4'],
    ['may be IPv6 with a port', PROXIES, '127.0.0.1', ['[2001:db8::1]:5678'], '2001:db8::1'],
    ['is IPv4 if it is mapped to IPv6', PROXIES, '::ffff:127.0.0.1', ['::ffff:1.2.3.4'], '1.2.3.4'],
    ['is empty if the connection has closed', PROXIES, undefined, ['1.2.3.4'], ''],
  ])('%s', (_what, trusted, peer, forwarded, expected) => expect(addressOf(trusted, peer, ...forwarded)).toBe(expected))
})

it('limits count by the network of an IPv6 address', () => {
  const [one, same, other] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:3::1'].map(networkOf)
  expect(one).toBe(same)
  expect(one).not.toBe(other)
  expect(['1.2.3.4', ''].map(networkOf)).toEqual(['1.2.3.4', ''])
})
