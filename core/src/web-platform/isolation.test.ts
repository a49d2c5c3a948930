import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newTestBundle } from '../testing/test-bundle.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

const NAMES = `
  AbortController AbortSignal Blob Buffer ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey
  CustomEvent DOMException DecompressionStream Event EventTarget File FormData Headers Performance
  ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder TextDecoderStream
  TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams
  WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa clearImmediate clearInterval clearTimeout
  console crypto global navigator performance process queueMicrotask self setImmediate setInterval setTimeout
  structuredClone`
  .trim()
  .split(/\s+/)

/** For each family that uses a library, an expression and its result. */
const USES: Record<string, readonly [use: string, result: unknown]> = {
  Blob: [`await new Blob(['ü']).text()`, 'ü'],
  Buffer: [`Buffer.from('ü').toString('hex')`, 'c3bc'],
  CompressionStream: [
    `await (async () => { const { readable, writable } = new CompressionStream('gzip'); void writable.close(); return hex((await read(readable))[0]).slice(0, 4) })()`,
    '1f8b',
  ],
  ReadableStream: [`await read(ReadableStream.from([1, 2]))`, [1, 2]],
  Response: [`await new Response('ü').clone().text()`, 'ü'],
  TextDecoder: [`new TextDecoder('utf-16le').decode(new Uint8Array([65, 0]))`, 'A'],
  URL: [`new URL('https://ü.example/ü').href`, 'https://xn--tda.example/%C3%BC'],
  URLPattern: [`new URLPattern('https://a.b/:x').exec('https://a.b/ü').pathname.groups.x`, '%C3%BC'],
  crypto: [`(await crypto.subtle.digest('SHA-256', new Uint8Array(3))).byteLength`, 32],
}

describe('the global object', () => {
  it.each(Object.entries(USES))('may lack all names except %s, which works', async (name, [use, result]) => {
    const code = `for (const each of ${JSON.stringify(NAMES)}) if (each !== '${name}') globalThis[each] = undefined; return ${use}`
    expect(await guest.evaluate(code)).toEqual(result)
  })

  it('has every name as a non-enumerable data property after its first use', async () => {
    const code = `const names = ${JSON.stringify(NAMES)}; const bad = names.filter((name) => globalThis[name] === undefined); const odd = names.filter((name) => { const d = Object.getOwnPropertyDescriptor(globalThis, name); return !('value' in d) || d.enumerable || !d.writable || !d.configurable })
      return [bad, odd, Object.keys(globalThis).filter((name) => !name.startsWith('__zod'))]`
    expect(await guest.evaluate(code)).toEqual([[], [], []])
  })

  it.each(NAMES)('has %s even if it is the first name used', async (name) => {
    const code = `const value = ${name}; return [value === globalThis.${name}, typeof value === 'function' && /^[A-Z]/.test('${name}') ? value.name : '${name}']`
    expect(await guest.evaluate(code)).toEqual([true, name])
  })

  it('can be changed and frozen before the platform is used', async () => {
    const code = `URL = 1; Blob = class {}; const mine = Blob; Object.freeze(globalThis); return [URL, await new Response('x').text(), Blob === mine, new File([], 'n') instanceof mine, typeof Headers]`
    expect(await guest.evaluate(code)).toEqual([1, 'x', true, false, 'function'])
  })
})

describe('plugin code', () => {
  it('reaches no object of the host from the global object', async () => {
    const code = `const seen = new Set(); const found = []; const own = Function
      const walk = (value, path, depth) => { if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value) || depth > 6) return; seen.add(value)
        if (typeof value === 'function' && !(value instanceof own) && value !== own.prototype) found.push(path)
        if (/ivm|isolated|Reference|ExternalCopy/.test(Object.prototype.toString.call(value))) found.push(path)
        for (const key of Reflect.ownKeys(value)) { const d = Object.getOwnPropertyDescriptor(value, key); for (const part of ['value', 'get', 'set']) walk(d[part], path + '.' + String(key), depth + 1) }
        walk(Object.getPrototypeOf(value), path + '^', depth + 1) }
      crypto.randomUUID(); crypto.subtle; for (const name of ${JSON.stringify(NAMES)}) walk(globalThis[name], name, 0); walk(crypto, 'crypto', 0); walk(globalThis, '', 0); return [found, seen.size > 500]`
    expect(await guest.evaluate(code)).toEqual([[], true])
  })

  it('cannot get the host function for entropy by replacing intrinsics', async () => {
    const code = `const seen = []; const spy = (owner, key) => { const old = owner[key]; owner[key] = function (...args) { for (const each of [this, ...args]) if (typeof each === 'function') seen.push(each); return old.apply(this, args) } }
      spy(Function.prototype, 'call'); spy(Function.prototype, 'bind'); spy(Reflect, 'apply'); spy(String.prototype, 'charCodeAt')
      Error.prepareStackTrace = (_e, sites) => { for (const site of sites) { const f = site.getFunction?.(); const t = site.getThis?.(); if (f) seen.push(f); if (typeof t === 'function') seen.push(t) } return '' }
      crypto.getRandomValues(new Uint8Array(2000)); try { crypto.getRandomValues(1) } catch (error) { error.stack }
      return seen.map((f) => Function.prototype.toString.apply(f)).filter((text) => /^function (drawEntropy)?\\(/.test(text))`
    expect(await guest.evaluate(code)).toEqual([])
  })

  it('has the platform and entropy, but not the entry points, while it loads', async () => {
    const top = `const early = [typeof crypto.randomUUID(), new URL('https://a.b').href, typeof __ashlar]`
    expect(await guest.evaluate('return early', top)).toEqual(['string', 'https://a.b/', 'undefined'])
  })

  it('cannot prevent an abort by replacing platform methods', async () => {
    const bundle = newTestBundle({
      bend: `async *run(_input, { signal }) {
        const bent = () => { throw new Error('mine') }
        AbortController.prototype.abort = AbortSignal.abort = AbortSignal.any = AbortSignal.timeout = EventTarget.prototype.dispatchEvent = Event.prototype.stopPropagation = bent
        globalThis.AbortController = globalThis.AbortSignal = globalThis.Event = globalThis.EventTarget = bent
        globalThis.heard = []
        signal.addEventListener('abort', () => { heard.push(1); throw new Error('no') })
        signal.addEventListener('abort', () => heard.push(2))
        await new Promise(() => {})
      }`,
      wait: `async *run() { while (!globalThis.heard) await new Promise((resolve) => setTimeout(resolve, 1)) }`,
      look: `async *run(_input, { signal }) { yield ['out', [heard, signal.aborted]] }`,
    })
    const bent = guest.start(bundle, 'bend')
    await guest.start(bundle, 'wait').value
    bent.abort()
    expect(await guest.start(bundle, 'look').value).toEqual([[1, 2], false])
  })

  it('cannot call constructors that only the platform may call', async () => {
    const code = `return [await caught(() => new Crypto()), await caught(() => new SubtleCrypto()), await caught(() => new CryptoKey({})), await caught(() => new (Object.getPrototypeOf(AbortSignal.abort()).constructor)()),
      ['is', 'bytes', 'create', 'list', 'parts', 'dispatch', 'signal', 'isSignal'].filter((name) => [Blob, FormData, Headers, Response, CryptoKey, Event, EventTarget, AbortSignal].some((type) => name in type))]`
    expect(await guest.evaluate(code)).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError', []])
  })
})
