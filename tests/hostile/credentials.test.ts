import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startHostileRuntime, type HostileRuntime } from './hostile-runtime.ts'
import type { PluginBlock } from './plugin-source.ts'

const OF_MALLORY = 'mallory-9d1c77e0'
const OF_ALICE = 'alice-5b20aa4f'
const GRANTED = `{ credentials: ['http/host'], http: ['127.0.0.1:*', 'localhost:*'] }`
const SETTLE = `const settle = async (call) => { try { return String(await call()) } catch (error) { return 'refused: ' + error.message + ' ' + error.cause?.message } };
  const show = (value, seen = new Set()) => typeof value === 'function' ? value.toString() : typeof value !== 'object' || value === null || seen.has(value) ? String(value)
    : (seen.add(value), [...Object.getOwnPropertyNames(value), ...Object.getOwnPropertySymbols(value)].map((key) => String(key) + show(value[key], seen)).join());`
const HELD = `const held = await context.credentials('http/host');`

/** Attempts to read the secret. Input \`n\` is the URL of a server that echoes requests. */
const ATTEMPTS: Record<string, string> = {
  'showing all its properties': `yield ['out', show(held) + show(Object.getPrototypeOf(held)) + JSON.stringify(held) + structuredClone({ ...held, fetch: 0, reveal: 0 })]`,
  'revealing it': `yield ['out', await settle(() => held.reveal())]`,
  'revealing it with another receiver and a qualified name': `yield ['out', await settle(() => held.reveal.call({ provider: 'http/host' }, 'http/host'))]`,
  'patched Request, Response and Headers': `const seen = []
    for (const { prototype } of [Request, Response, Headers])
      for (const [name, { get, value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        const spy = (from) => function (...args) { const given = from.apply(this, args); seen.push(name, show(args), typeof given === 'string' ? given : ''); return given }
        if (get) Object.defineProperty(prototype, name, { get: spy(get), configurable: true })
        else if (name !== 'constructor') prototype[name] = spy(value)
      }
    const answer = await settle(async () => [...(await held.fetch(new Request(n, { headers: { a: 'b' } }))).headers])
    yield ['out', [seen.length > 0, answer, ...seen].join()]`,
  'patched JSON': `const texts = []; const { parse: p } = JSON; JSON.parse = (text, ...rest) => (texts.push(text), p(text, ...rest))
    await settle(() => held.fetch(n)); JSON.parse = p; yield ['out', texts.join()]`,
  'an echo': `yield ['out', await settle(async () => (await held.fetch(n)).text())]`,
  'an echo in pieces of one byte': `yield ['out', await settle(async () => (await held.fetch(n + 'bytes')).text())]`,
  'a compressed echo': `yield ['out', await settle(async () => (await held.fetch(n + 'gzip')).text())]`,
  'an echo in base64': `yield ['out', await settle(async () => atob(await (await held.fetch(n + 'base64')).text()))]`,
  'an echo in a header': `yield ['out', await settle(async () => show([...(await held.fetch(n + 'header')).headers]))]`,
  'an echo in the status': `yield ['out', await settle(async () => (await held.fetch(n + 'status')).statusText)]`,
  'a redirect that contains it': `yield ['out', await settle(async () => { const r = await held.fetch(n + 'tell', { redirect: 'manual' }); return r.headers.get('location') + r.url })]`,
  'following a redirect that contains it': `yield ['out', await settle(async () => { const r = await held.fetch(n + 'tell'); return r.url + await r.text() })]`,
  'the method TRACE': `yield ['out', await settle(async () => (await held.fetch(n, { method: 'TRACE' })).text())]`,
  'another host': `yield ['out', await settle(() => held.fetch(n.replace('127.0.0.1', 'localhost')))]`,
  'another host by redirect': `yield ['out', await settle(async () => (await held.fetch(n + 'away')).text())]`,
  'another host before the @': `yield ['out', await settle(() => held.fetch(n.replace('127.0.0.1', '127.0.0.1@localhost')))]`,
  'another host in the header': `yield ['out', await settle(async () => (await held.fetch(n, { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } })).text())]`,
  'a header of the same name': `yield ['out', await settle(async () => (await held.fetch(n, { headers: { 'X-Key': 'mine' } })).text())]`,
  'a forged call that reveals': `const id = ownId(); yield forge({ t: 'c', id, request: 1, method: 'credentials.reveal', args: ['http/host'] })`,
  'host calls with invalid names': `const Own = context.constructor; const names = ['__proto__', 'constructor', 'http/host ', 'HTTP/HOST', 'host', '../http/host', 'http/host/', ['http/host'], null, { toString: () => 'http/host' }]
    for (const name of names) yield ['out', await settle(async () => (await context.credentials(name)).name)]`,
  'a malformed response': `yield ['out', await settle(() => held.fetch(n + 'broken'))]`,
  'guesses that the chunk boundaries of a response confirm': `const guessed = async (text) => {
      const reader = (await held.fetch(n + 'say/' + text)).body.getReader(); let last, next
      while (!(next = await reader.read()).done) last = next.value
      return last.length === text.length || last.includes(42) }
    let known = ''
    for (let found = ''; found !== undefined && known.length < 20; known += found ?? '') {
      const letters = [...'malory-9d1c7e0'], right = await Promise.all(letters.map((letter) => guessed(known + letter)))
      found = letters[right.indexOf(true)] }
    yield ['out', known]`,
  'an incomplete body': `yield ['out', await settle(async () => (await held.fetch(n + 'cut')).text())]`,
}
const UNGRANTED: PluginBlock[] = [
  ['none', '{}', `await context.credentials('http/host')`],
  ['own-name', `{ http: ['127.0.0.1:*'] }`, `await context.credentials('host')`],
  ['by-fetch', `{ http: ['127.0.0.1:*'] }`, `await context.fetch(n, { credentials: 'include', credential: 'http/host' })`],
].map(([name = '', capabilities = '', run]) => ({ name, capabilities, run: `${run}; yield ['out', 'taken']` }))

const received: { url: string; key: string | undefined; host: string | undefined }[] = []

function answer(request: IncomingMessage, response: ServerResponse): void {
  const key = String(request.headers['x-key'])
  received.push({ url: request.url ?? '', key: request.headers['x-key'] as string | undefined, host: request.headers.host })
  const echo = JSON.stringify(request.headers)
  const ways: Record<string, () => void> = {
    '/gzip': () => response.setHeader('content-encoding', 'gzip').end(gzipSync(echo)),
    '/base64': () => response.end(Buffer.from(key).toString('base64')),
    '/header': () => response.setHeader('x-echo', `so ${key}`).end(),
    '/status': () => response.writeHead(200, `OK ${key}`).end(),
    '/tell': () => response.writeHead(302, { location: `/?key=${key}` }).end(),
    '/away': () => response.writeHead(307, { location: `http://localhost:${(server.address() as AddressInfo).port}/` }).end(),
    '/broken': () => response.socket?.end(`HTTP/1.1 200 ${key}\r\nx: ${key}\r\n broken ${key}\0`),
    '/cut': () => {
      response.writeHead(200, { 'content-length': '1000' }).write(key)
      setTimeout(() => response.destroy(), 20)
    },
    '/bytes': () => {
      for (const byte of echo) response.write(byte)
      response.end()
    },
  }
  const way = ways[request.url ?? '']
  if (way) way()
  else if (request.url?.startsWith('/say/')) response.end(`${'.'.repeat(100)}${request.url.slice('/say/'.length)}`)
  else response.end(`${request.url} ${echo}`)
}

let hostile: HostileRuntime
let server: Server
let url: string
beforeAll(async () => {
  const attempts = Object.values(ATTEMPTS).map((run, i) => ({
    name: `a${i}`,
    capabilities: GRANTED,
    run: `${SETTLE} ${HELD} ${run}`,
  }))
  hostile = await startHostileRuntime([...attempts, ...UNGRANTED], ['127.0.0.1', 'localhost'])
  server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  for (const [owner, key] of [
    [hostile.mallory, OF_MALLORY],
    [hostile.alice, OF_ALICE],
  ] as const) {
    const secret = { type: 'HOST_SCOPED', headers: { 'x-key': key } }
    await hostile.runtime.credentials.add(owner, { provider: 'http/host', hosts: ['http://127.0.0.1:*'], secret })
  }
})
afterAll(async () => {
  await hostile.close()
  await new Promise((resolve) => server.close(resolve).closeAllConnections())
})
beforeEach(() => void (received.length = 0))

describe('the secret of a credential cannot be read by', () => {
  it.each(Object.keys(ATTEMPTS).map((name, i) => [name, `a${i}`]))('%s', async (_name, block) => {
    const outcome = await hostile.run(hostile.mallory, [block], url)
    const { rows } = await hostile.runtime.database.pool.query<{ events: string }>('select events from journal')
    const reported = JSON.stringify(outcome) + rows.map(({ events }) => events).join()
    for (const secret of [OF_MALLORY, OF_ALICE]) {
      expect(reported).not.toContain(secret)
      expect(reported).not.toContain(Buffer.from(secret).toString('base64'))
    }
    expect(received.filter(({ key, host }) => key !== undefined && !host?.startsWith('127.0.0.1:'))).toEqual([])
    expect(received.map(({ key }) => key)).not.toContain(OF_ALICE)
    expect(hostile.runtime.failures).toEqual([])
  })

  it.each(UNGRANTED.map(({ name }) => name))('a block whose manifest does not declare it: %s', async (name) => {
    const outcome = await hostile.run(hostile.mallory, [name], url)
    expect(received.map(({ key }) => key).filter(Boolean)).toEqual([])
    expect(outcome.code).toBe(name === 'by-fetch' ? undefined : 'CAPABILITY_MISSING')
  })
})
