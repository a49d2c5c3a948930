import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

describe('TextEncoder and TextDecoder', () => {
  it('replace invalid characters and bytes', async () => {
    const code = `return [hex(utf8('a\\uD800b')), new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff])),
      await caught(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])))]`
    expect(await guest.evaluate(code)).toEqual(['61efbfbd62', 'a\uFFFD', 'TypeError'])
  })

  it('support the labels of the standard, single-byte encodings and UTF-16', async () => {
    const code = `return [new TextDecoder(' LATIN1 ').encoding, new TextDecoder('windows-1252').decode(new Uint8Array([0x80])),
      new TextDecoder('utf-16le').decode(new Uint8Array([0x3d, 0xd8, 0x00, 0xde])), await caught(() => new TextDecoder('nope'))]`
    expect(await guest.evaluate(code)).toEqual(['windows-1252', '€', '😀', 'RangeError'])
  })

  it.each([
    ['shift_jis', [0x93, 0xfa, 0x96, 0x7b], '日本'],
    ['windows-31j', [0xb1, 0x81, 0x60], 'ｱ～'],
    ['euc-jp', [0xc6, 0xfc, 0x8e, 0xb1, 0x8f, 0xb0, 0xa1], '日ｱ丂'],
    ['iso-2022-jp', [0x1b, 0x24, 0x42, 0x46, 0x7c, 0x1b, 0x28, 0x42, 0x61], '日a'],
    ['gb2312', [0xc4, 0xe3, 0x80], '你€'],
    ['gb18030', [0x94, 0x39, 0xfc, 0x36], '😀'],
    ['big5', [0xa7, 0x41, 0x88, 0x62], '你Ê̄'],
    ['euc-kr', [0xc7, 0xd1], '한'],
    ['windows-1251', [0xcf, 0x88], 'П€'],
    ['iso-8859-15', [0xa4], '€'],
    ['koi8-u', [0xc1, 0xa4], 'ає'],
    ['windows-874', [0xa1], 'ก'],
    ['macintosh', [0x8e], 'é'],
    ['x-user-defined', [0x41, 0xff], 'A\uf7ff'],
    ['utf-16be', [0xd8, 0x3d, 0xde, 0x00], '😀'],
  ])('decode %s, even in pieces of one byte', async (label, bytes, text) => {
    const code = `const bytes = new Uint8Array(${JSON.stringify(bytes)}); const pieces = new TextDecoder('${label}')
      return [new TextDecoder('${label}').decode(bytes), [...bytes].map((each) => pieces.decode(new Uint8Array([each]), { stream: true })).join('') + pieces.decode()]`
    expect(await guest.evaluate(code)).toEqual([text, text])
  })

  it('join a character that is split between pieces', async () => {
    const code = `const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), d.decode(new Uint8Array([0xac])),
      new TextEncoder().encodeInto('a€', new Uint8Array(3))]`
    expect(await guest.evaluate(code)).toEqual(['', '€', { read: 1, written: 1 }])
  })

  it('have streams that join split characters and surrogate pairs', async () => {
    const code = `const decoded = await read(streamOf(new Uint8Array([0xf0, 0x9f]), new Uint8Array([0x98, 0x80])).pipeThrough(new TextDecoderStream()))
      const encoded = await read(streamOf('a\\uD83D', '\\uDE00', '\\uD83D').pipeThrough(new TextEncoderStream()))
      return [decoded, encoded.map(hex), new TextDecoderStream('latin1').encoding]`
    expect(await guest.evaluate(code)).toEqual([['😀'], ['61', 'f09f9880', 'efbfbd'], 'windows-1252'])
  })
})

describe('atob and btoa', () => {
  it.each([
    ['YQ==', 'a'],
    ['YQ', 'a'],
    [' Y\tW\nJ\fj\r ', 'abc'],
    ['/A', '\u00fc'],
    ['YR==', 'a'],
    ['', ''],
    ['YQ=', null],
    ['Y', null],
    ['YQ===', null],
    ['YWJj=', null],
    ['Y-_A', null],
    ['YQ\u00a0', null],
  ])('decodes %j', async (text, expected) => {
    const code = `try { return atob(${JSON.stringify(text)}) } catch (error) { return error.name === 'InvalidCharacterError' && error.code === 5 ? null : String(error) }`
    expect(await guest.evaluate(code)).toBe(expected)
  })

  it('encodes only bytes', async () => {
    const code = `return [btoa('\\xff\\x00a'), btoa(null), btoa(''), await caught(() => btoa('€')), await caught(() => btoa())]`
    expect(await guest.evaluate(code)).toEqual(['/wBh', 'bnVsbA==', '', 'InvalidCharacterError', 'TypeError'])
  })
})

describe('structuredClone', () => {
  it('preserves types, cycles and shared objects', async () => {
    const code = `const shared = { s: 1 }; const value = { d: new Date(5), r: /x/gi, m: new Map([[shared, shared]]), e: new Set([NaN]), b: Object(1n), n: -0, u: undefined, a: [1, , 3] }
      value.self = value; value.r.lastIndex = 3
      const c = structuredClone(value); const [[k, v]] = c.m
      return [c !== value, c.self === c, c.d instanceof Date && +c.d, String(c.r), c.r.lastIndex, k === v && k !== shared, c.e.has(NaN),
        typeof c.b.valueOf(), Object.is(c.n, -0), 'u' in c, c.a.length, 1 in c.a]`
    expect(await guest.evaluate(code)).toEqual([true, true, 5, '/x/gi', 0, true, true, 'bigint', true, true, 3, false])
  })

  it('preserves a shared buffer and its size', async () => {
    const code = `const buffer = new ArrayBuffer(8, { maxByteLength: 16 }); const value = [new Uint8Array(buffer, 2, 3), new Float64Array(buffer), new DataView(buffer, 1)]
      value[0][0] = 7; const c = structuredClone(value); const result = [c[0].buffer === c[1].buffer, c[0][0], c[0].byteOffset, c[0].length, c[0].buffer.maxByteLength, c[2].constructor.name]
      c[0].buffer.resize(16); return [...result, c[1].length, c[0].length]`
    expect(await guest.evaluate(code)).toEqual([true, 7, 2, 3, 16, 'DataView', 2, 3])
  })

  it('detaches the buffers that it transfers', async () => {
    const code = `const buffer = new Uint8Array([1, 2]).buffer; const c = structuredClone({ view: new Uint8Array(buffer), buffer }, { transfer: [buffer] })
      return [buffer.detached, c.view.buffer === c.buffer, [...c.view], await caught(() => structuredClone(1, { transfer: [buffer] })),
        await caught(() => structuredClone(1, { transfer: [{}] })), await caught(() => { const b = new ArrayBuffer(1); structuredClone(b, { transfer: [b, b] }) })]`
    expect(await guest.evaluate(code)).toEqual([true, true, [1, 2], 'DataCloneError', 'DataCloneError', 'DataCloneError'])
  })

  it('places views of a transferred buffer correctly in all containers', async () => {
    const code = `const buffer = new Uint8Array([1, 2, 3]).buffer; const view = new Uint8Array(buffer, 1); const value = { first: view, rest: [0, view, 2], map: new Map([['a', 1], [view, buffer], ['b', 2]]), set: new Set([0, view, 2]), error: new Error('m', { cause: view }), last: 1 }
      value.self = value; const c = structuredClone(value, { transfer: [buffer] }); const [, [k, v]] = c.map
      return [Object.keys(c).join(), [...c.first], c.rest[1] === c.first, [...c.map.keys()].indexOf(c.first), k === c.first, v === c.first.buffer, [...c.set].indexOf(c.first), c.error.cause === c.first, Object.keys(c.error), c.self === c]`
    expect(await guest.evaluate(code)).toEqual([
      'first,rest,map,set,error,last,self',
      [2, 3],
      true,
      1,
      true,
      true,
      1,
      true,
      [],
      true,
    ])
  })

  it.each([
    ['1 000 000 numbers', `(_, i) => i`, 1_000_000, 999_999],
    ['200 000 rows', `(_, id) => ({ id, name: 'row ' + id })`, 200_000, { id: 199_999, name: 'row 199999' }],
  ])('clones %s', async (_what, make, length, last) => {
    const code = `const c = structuredClone(Array.from({ length: ${length} }, ${make})); return [c.length, c.at(-1)]`
    expect(await guest.evaluate(code)).toEqual([length, last])
  })

  it('creates own properties regardless of the prototype', async () => {
    const code = `Object.defineProperty(Object.prototype, 'odd', { set() { throw new Error('mine') }, configurable: true }); Object.freeze(Object.prototype); Object.freeze(Array.prototype)
      const list = [1, , 3]; list.more = 'x'; const c = structuredClone({ ...JSON.parse('{"__proto__":{"p":1},"odd":2,"toString":3}'), list })
      return [Object.getOwnPropertyDescriptor(c, '__proto__'), c.p === undefined, c.odd, c.toString, Object.keys(c.list), c.list.length, Object.keys(structuredClone(Object.assign([], { 4_000_000_000: 1 })))]`
    expect(await guest.evaluate(code)).toEqual([
      { value: { p: 1 }, writable: true, enumerable: true, configurable: true },
      true,
      2,
      3,
      ['0', '2', 'more'],
      3,
      ['4000000000'],
    ])
  })

  it('clones errors, blobs and files, but not prototypes', async () => {
    const code = `const e = structuredClone(new RangeError('far', { cause: new Error('why') })); class A { x = 1; get y() { return 2 } }
      const odd = new Error('m'); odd.name = 'Odd'; const a = structuredClone(new A()); const f = structuredClone(new File(['ab'], 'n', { type: 't/x', lastModified: 3 }))
      const d = structuredClone(new DOMException('m', 'AbortError'))
      return [e instanceof RangeError, e.message, e.cause.message, Object.getPrototypeOf(a) === Object.prototype, a, structuredClone(odd).name,
        [f.name, f.type, f.lastModified, await f.text()], [d instanceof DOMException, d.name, d.code]]`
    expect(await guest.evaluate(code)).toEqual([
      true,
      'far',
      'why',
      true,
      { x: 1 },
      'Error',
      ['n', 't/x', 3, 'ab'],
      [true, 'AbortError', 20],
    ])
  })

  it('rejects functions, symbols, promises, weak maps, shared memory and platform objects', async () => {
    const code = `let controller; new ReadableStream({ start(c) { controller = c } }); const all = [() => {}, Symbol(), Promise.resolve(), new WeakMap(), new SharedArrayBuffer(1), new URL('a:b'), new Headers(), streamOf(), new Event('x'), new AbortController().signal, controller]
      return Promise.all(all.map((each) => caught(() => structuredClone({ each }))))`
    expect(await guest.evaluate(code)).toEqual(Array<string>(11).fill('DataCloneError'))
  })

  it('reads getters in order and throws their errors', async () => {
    const code = `const log = []; const c = structuredClone({ get a() { log.push('a'); return 1 }, get b() { log.push('b'); return [2] } })
      return [log, c, Object.getOwnPropertyDescriptor(c, 'a').value, await caught(() => structuredClone({ get x() { throw new RangeError() } }))]`
    expect(await guest.evaluate(code)).toEqual([['a', 'b'], { a: 1, b: [2] }, 1, 'RangeError'])
  })
})
