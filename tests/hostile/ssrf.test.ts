import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestHttp, type TestHttp, type TestHttpOptions } from '@ashlar/core/testing'
import { afterEach, describe, expect, it } from 'vitest'

/*
 * A block that may send requests to every host tries to reach addresses that are not on the internet. No request leaves the machine: the
 * tests resolve names, and the host rejects requests before it connects.
 */

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(undo.splice(0).map((step) => step()))
})

function block(options: TestHttpOptions = {}): TestHttp {
  const opened = createTestHttp({ resolve: () => Promise.reject(new Error('unexpected lookup')), ...options })
  undo.push(opened.close)
  return opened
}

/** A resolver for these names. */
const names =
  (addresses: Record<string, string[]>) =>
  (hostname: string): Promise<{ address: string; family: number }[]> =>
    Promise.resolve((addresses[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))

/** Starts a local server that must not be reached, and counts its requests. */
async function secret(listener?: RequestListener): Promise<{ port: number; requests: () => number }> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    if (listener) listener(request, response)
    else response.end('secret')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return { port: (server.address() as AddressInfo).port, requests: () => requests }
}

const blocked: unknown = expect.objectContaining({ code: 'HTTP_BLOCKED_ADDRESS' })

const SPELLINGS: [what: string, host: string][] = [
  ['loopback', '127.0.0.1'],
  ['another loopback address', '127.255.255.254'],
  ['loopback as one decimal number', '2130706433'],
  ['loopback as one octal number', '017700000001'],
  ['loopback as one hexadecimal number', '0x7f000001'],
  ['loopback in octal parts', '0177.0.0.01'],
  ['loopback in hexadecimal parts', '0x7f.0x0.0x0.0x1'],
  ['loopback in parts of all kinds', '0x7f.0.0.01'],
  ['loopback in two parts', '127.1'],
  ['loopback in three parts', '127.0.1'],
  ['loopback in full-width digits', '１２７.０.０.１'],
  ['loopback with ideographic full stops', '127。0。0。1'],
  ['loopback in circled digits', '①②⑦.⓪.⓪.①'],
  ['loopback percent-encoded', '%31%32%37.0.0.1'],
  ['loopback with a dot at its end', '127.0.0.1.'],
  ['the unspecified address', '0.0.0.0'],
  ['the unspecified address as 0', '0'],
  ['this network', '0.1.2.3'],
  ['private 10/8', '10.0.0.1'],
  ['private 172.16/12', '172.16.0.1'],
  ['the end of private 172.16/12', '172.31.255.255'],
  ['private 192.168/16', '192.168.1.1'],
  ['private as one decimal number', '3232235777'],
  ['cloud metadata', '169.254.169.254'],
  ['cloud metadata as one decimal number', '2852039166'],
  ['cloud metadata in hexadecimal', '0xA9FEA9FE'],
  ['cloud metadata in octal parts', '0251.0376.0251.0376'],
  ['container metadata', '169.254.170.2'],
  ['link-local', '169.254.0.1'],
  ["a cloud's host agent on a public address", '168.63.129.16'],
  ["a cloud's metadata in carriers' NAT", '100.100.100.200'],
  ["carriers' NAT", '100.64.0.1'],
  ["the end of carriers' NAT", '100.127.255.255'],
  ['protocol assignments, with a metadata service', '192.0.0.192'],
  ['documentation 1', '192.0.2.1'],
  ['documentation 2', '198.51.100.1'],
  ['documentation 3', '203.0.113.1'],
  ['benchmarking', '198.18.0.1'],
  ['the end of benchmarking', '198.19.255.255'],
  ['6to4 relays', '192.88.99.1'],
  ['AS112', '192.175.48.1'],
  ['multicast', '224.0.0.1'],
  ['the end of multicast', '239.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['IPv6 loopback', '[::1]'],
  ['IPv6 loopback in full', '[0000:0000:0000:0000:0000:0000:0000:0001]'],
  ['the unspecified IPv6 address', '[::]'],
  ['IPv4-mapped loopback', '[::ffff:127.0.0.1]'],
  ['IPv4-mapped loopback in hexadecimal', '[::ffff:7f00:1]'],
  ['IPv4-mapped metadata', '[::ffff:169.254.169.254]'],
  ['an IPv4-mapped public address', '[::ffff:1.1.1.1]'],
  ['IPv4-compatible loopback', '[::127.0.0.1]'],
  ['IPv4-compatible private', '[::10.0.0.1]'],
  ['IPv4-translated loopback', '[::ffff:0:127.0.0.1]'],
  ['NAT64 loopback', '[64:ff9b::127.0.0.1]'],
  ['NAT64 metadata', '[64:ff9b::a9fe:a9fe]'],
  ['local-use NAT64', '[64:ff9b:1::10.0.0.1]'],
  ['6to4 of loopback', '[2002:7f00:1::]'],
  ['6to4 of private', '[2002:a00:1::1]'],
  ['Teredo', '[2001:0:7f00:1::1]'],
  ['ORCHID', '[2001:20::1]'],
  ['IPv6 documentation', '[2001:db8::1]'],
  ['newer IPv6 documentation', '[3fff::1]'],
  ['IPv6 link-local', '[fe80::1]'],
  ['IPv6 site-local', '[fec0::1]'],
  ['IPv6 unique local', '[fc00::1]'],
  ["a cloud's IPv6 metadata", '[fd00:ec2::254]'],
  ['IPv6 multicast', '[ff02::1]'],
  ['IPv6 discard-only', '[100::1]'],
  ['IPv6 segment routing', '[5f00::1]'],
  ['unassigned IPv6', '[4000::1]'],
]

describe('an address that is not on the internet is rejected', () => {
  it.each(SPELLINGS)('%s: %s', async (_, host) => {
    await expect(block().request(`http://${host}:8080/`)).rejects.toEqual(blocked)
  })

  it.each([
    ['with a zone, which a URL cannot have', '[fe80::1%25eth0]'],
    ['with a bare zone', '[fe80::1%eth0]'],
    ['with five parts', '127.0.0.0.1'],
    ['with a part too large', '127.0.0.256'],
    ['with a line break', '127.0.0.1%0a'],
  ])('%s: %s', async (_, host) => {
    await expect(block().request(`http://${host}/`)).rejects.toEqual(expect.objectContaining({ code: 'BAD_INPUT' }))
  })
})

describe('a name that resolves to an address outside the internet is rejected', () => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['a private address', '10.1.2.3'],
    ['metadata', '169.254.169.254'],
    ['0.0.0.0', '0.0.0.0'],
    ['IPv6 loopback', '::1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped loopback in hexadecimal', '::ffff:7f00:1'],
    ['NAT64 metadata', '64:ff9b::a9fe:a9fe'],
    ['IPv6 metadata', 'fd00:ec2::254'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['a public address with a zone', '2606:4700::1111%eth0'],
    ['a text that is not an address', 'localhost'],
    ['an address in short spelling', '127.1'],
    ['nothing', ''],
  ])('%s', async (_, address) => {
    const opened = block({ resolve: names({ 'evil.example': [address] }) })
    for (const url of ['http://evil.example/', 'https://evil.example/', 'http://EVIL.example./'])
      await expect(opened.request(url)).rejects.toEqual(blocked)
  })

  it('localhost, as the operating system resolves it', async () => {
    const opened = createTestHttp()
    undo.push(opened.close)
    await expect(opened.request('http://localhost:8080/')).rejects.toEqual(blocked)
  })

  it('without revealing the address', async () => {
    const opened = block({ resolve: names({ 'evil.example': ['10.1.2.3'] }) })
    const error: unknown = await opened.request('http://evil.example/').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      details: { host: 'evil.example' },
      message: expect.not.stringContaining('10.1.2.3') as unknown,
    })
  })
})

describe('rebinding', () => {
  it('a connection uses the address that was checked', async () => {
    const { port } = await secret()
    const lookups: string[] = []
    // The first address is allowed. A client that looked up the name again would get a forbidden one.
    const answers = ['127.0.0.1', '10.0.0.1', '10.0.0.1']
    const opened = block({
      allow: ['127.0.0.1'],
      resolve: (hostname) => {
        lookups.push(hostname)
        return Promise.resolve([{ address: answers[lookups.length - 1] ?? '', family: 4 }])
      },
    })
    await expect(opened.request(`http://rebind.example:${port}/`)).resolves.toMatchObject({ status: 200 })
    expect(lookups).toEqual(['rebind.example'])
  })

  it('a name that later resolves to loopback is rejected at the next connection', async () => {
    const { port, requests } = await secret((_, response) => response.writeHead(200, { connection: 'close' }).end())
    let lookups = 0
    const opened = block({
      allow: ['127.0.0.1'],
      resolve: () => Promise.resolve([{ address: ++lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]),
    })
    await expect(opened.request(`http://rebind.example:${port}/`)).resolves.toMatchObject({ status: 200 })
    await expect(opened.request(`http://rebind.example:${port}/`)).rejects.toEqual(blocked)
    expect({ lookups, requests: requests() }).toEqual({ lookups: 2, requests: 1 })
  })

  it('only the allowed addresses of a name are tried', async () => {
    const { port, requests } = await secret()
    const resolve = names({ 'mixed.example': ['::1', '127.0.0.2', '127.0.0.1'] })
    await expect(block({ allow: ['127.0.0.1'], resolve }).request(`http://mixed.example:${port}/`)).resolves.toMatchObject({
      status: 200,
    })
    expect(requests()).toBe(1)
    await expect(block({ allow: ['127.0.0.3'], resolve }).request(`http://mixed.example:${port}/`)).rejects.toEqual(blocked)
  })
})

describe('a redirect is rejected that leads to', () => {
  it.each([
    ['loopback', 'http://127.0.0.2/'],
    ['loopback on the same port', 'http://127.0.0.2:PORT/'],
    ['loopback without a scheme', '//127.0.0.2:PORT/'],
    ['loopback as one number', 'http://2130706434:PORT/'],
    ['loopback with backslashes', 'http:\\\\127.0.0.2:PORT/'],
    ['loopback with line breaks in its scheme', 'ht\ttp://127.0.0.2:PORT/'],
    ['IPv4-mapped loopback', 'http://[::ffff:127.0.0.2]:PORT/'],
    ['IPv6 loopback', 'http://[::1]:PORT/'],
    ['metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['a name that resolves to loopback', 'http://inside.example:PORT/'],
    ['https on a private address', 'https://192.168.0.1/'],
  ])('%s: %s', async (_, location) => {
    const { port, requests } = await secret((request, response) =>
      response.writeHead(302, { location: location.replace('PORT', String(request.socket.localPort)) }).end(),
    )
    const opened = block({ allow: ['127.0.0.1'], resolve: names({ 'inside.example': ['127.0.0.2'] }) })
    for (const method of ['GET', 'POST'])
      await expect(opened.request(`http://127.0.0.1:${port}/`, { method })).rejects.toEqual(blocked)
    expect(requests()).toBe(2)
  })

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1/',
    'unix:/run/docker.sock',
    'http+unix://%2frun/x',
    'data:,x',
  ])('another scheme: %s', async (location) => {
    const { port } = await secret((_, response) => response.writeHead(302, { location }).end())
    const denied: unknown = expect.objectContaining({ code: 'HTTP_DENIED' })
    await expect(block({ allow: ['127.0.0.1'] }).request(`http://127.0.0.1:${port}/`)).rejects.toEqual(denied)
  })

  it('a host that the operator allows but the block does not declare', async () => {
    const elsewhere = await secret()
    const { port } = await secret((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${elsewhere.port}/` }).end(),
    )
    const opened = block({ allow: ['127.0.0.1'], grant: [`127.0.0.1:${port}`] })
    await expect(opened.request(`http://127.0.0.1:${port}/`)).rejects.toEqual(expect.objectContaining({ code: 'HTTP_DENIED' }))
    expect(elsewhere.requests()).toBe(0)
  })
})

describe("the operator's list of allowed hosts", () => {
  it.each([
    ['an address', ['127.0.0.1'], '127.0.0.1'],
    ['a network', ['127.0.0.0/8'], '127.0.0.1'],
    ['a host, whatever its address', ['intranet.example'], 'intranet.example'],
    ['a host in another spelling', ['INTRANET.example.'], 'intranet.example'],
    ['the hosts below one', ['*.lab.example'], 'a.lab.example'],
    ['the network of a name', ['127.0.0.0/30'], 'intranet.example'],
  ])('allows %s', async (_, allow, host) => {
    const { port } = await secret()
    const resolve = names({ 'intranet.example': ['127.0.0.1'], 'a.lab.example': ['127.0.0.1'] })
    await expect(block({ allow, resolve }).request(`http://${host}:${port}/`)).resolves.toMatchObject({
      status: 200,
      text: 'secret',
    })
  })

  it.each([
    ['the hosts below an allowed one', ['intranet.example'], 'a.intranet.example'],
    ['the parent of allowed hosts', ['*.intranet.example'], 'intranet.example'],
    ['a host that ends like an allowed one', ['*.example'], 'evilexample'],
    ['an allowed network in IPv4-mapped spelling', ['127.0.0.0/8'], '[::ffff:127.0.0.1]'],
    ['the address of an allowed host', ['intranet.example'], '127.0.0.1'],
    ['another network', ['10.0.0.0/8'], '127.0.0.1'],
  ])('does not allow %s', async (_, allow, host) => {
    const { port, requests } = await secret()
    const resolve = names({ 'intranet.example': ['127.0.0.1'], 'a.intranet.example': ['127.0.0.1'], evilexample: ['127.0.0.1'] })
    await expect(block({ allow, resolve }).request(`http://${host}:${port}/`)).rejects.toEqual(blocked)
    expect(requests()).toBe(0)
  })

  it.each(['', '*', 'http://intranet', 'intranet:80', '10.0.0.0/33', 'a b', '[fe80::1%eth0]'])(
    'rejects the entry "%s"',
    (entry) => {
      expect(() => createTestHttp({ allow: [entry] })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    },
  )
})
