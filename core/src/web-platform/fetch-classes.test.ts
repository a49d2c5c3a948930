import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

describe('Blob and File', () => {
  it('joins its parts and clamps slices', async () => {
    const code = `const b = new Blob(['é', new Uint8Array([1, 2]).subarray(1), new Blob(['x']), 5, '\\uD800'], { type: 'Text/Plain' })
      return [b.size, b.type, hex(await b.arrayBuffer()), await b.slice(3, -4).text(), b.slice(-4, 100, 'A/B').type, b.slice(5, 2).size, String(b), hex(await b.slice(0, 1).bytes())]`
    expect(await guest.evaluate(code)).toEqual([
      8,
      'text/plain',
      'c3a902783 5efbfbd'.replace(' ', ''),
      'x',
      'a/b',
      0,
      '[object Blob]',
      'c3',
    ])
  })

  it('streams its original bytes after the source changes', async () => {
    const code = `const bytes = new Uint8Array(100_000).fill(1); const b = new Blob([bytes]); bytes.fill(2); const chunks = await read(b.stream())
      chunks[0].fill(3); return [chunks.map((c) => c.length), (await b.bytes())[0], (await read(new Blob().stream())).length]`
    expect(await guest.evaluate(code)).toEqual([[65536, 34464], 1, 0])
  })

  it('handles native line endings, invalid types and invalid arguments as the standard requires', async () => {
    const code = `return [await new Blob(['a\\r\\nb\\rc\\n'], { endings: 'native' }).text(), new Blob([], { type: 'é' }).type, await caught(() => new Blob('x')), await caught(() => new Blob([], { endings: 'x' })), await caught(() => new Blob([], 1))]`
    expect(await guest.evaluate(code)).toEqual(['a\nb\nc\n', '', 'TypeError', 'TypeError', 'TypeError'])
  })

  it('has a name and a modification date as a File', async () => {
    const code = `const f = new File(['x'], 'a/b\\uD800', { lastModified: 7.9 }); return [f.name, f.lastModified, f instanceof Blob, f.slice() instanceof File, Math.abs(new File([], 'n').lastModified - Date.now()) < 5000, await caught(() => new File([]))]`
    expect(await guest.evaluate(code)).toEqual(['a/b\uFFFD', 7, true, false, true, 'TypeError'])
  })
})

describe('FormData', () => {
  it('preserves positions and converts blobs to files', async () => {
    const code = `const f = new FormData(); f.append('a', 1); f.append('b', new Blob(['x'], { type: 't/x' })); f.append('a', 3); f.append('c', new File([], 'old'), 'new'); f.set('a', 'z')
      return [[...f.keys()], f.getAll('a'), f.get('b').name, f.get('b').type, f.get('c').name, f.get('n'), f.has('c'), f.get('b') instanceof File, await caught(() => f.append('x', 'y', 'z')), await caught(() => f.append('x'))]`
    expect(await guest.evaluate(code)).toEqual([
      ['a', 'b', 'c'],
      ['z'],
      'blob',
      't/x',
      'new',
      null,
      true,
      true,
      'TypeError',
      'TypeError',
    ])
  })

  it('survives serialization and parsing as a response body', async () => {
    const code = `const f = new FormData(); f.append('te"xt\\n', 'a\\nb'); f.append('file', new File([new Uint8Array([13, 10, 45, 45])], 'n"\\r\\n.bin', { type: 'a/b' })); const r = new Response(f)
      const type = r.headers.get('content-type'); const text = await r.clone().text(); const back = await r.formData(); const file = back.get('file')
      return [/^multipart\\/form-data; boundary=----formdata-[\\da-f]{32}$/.test(type), text.includes('name="te%22xt%0D%0A"\\r\\n\\r\\na\\r\\nb\\r\\n'), [...back.keys()], file.name, file.type, hex(await file.bytes())]`
    expect(await guest.evaluate(code)).toEqual([true, true, ['te"xt\r\n', 'file'], 'n"\r\n.bin', 'a/b', '0d0a2d2d'])
  })

  it('is parsed from multipart bodies of other programs and from urlencoded bodies', async () => {
    const code = `const body = '--X\\r\\ncontent-disposition: form-data; name="a"\\r\\n\\r\\n\\r\\n--X\\r\\nContent-Disposition: form-data; name="f"; filename=""\\r\\nContent-Type: image/png\\r\\n\\r\\nP\\r\\n--X--\\r\\n'
      const f = await new Response(body, { headers: { 'content-type': 'multipart/form-data; boundary="X"' } }).formData(); const u = await new Response(new URLSearchParams('a=1+2&a=%C3%A4')).formData()
      const bad = (text) => caught(() => new Response(text, { headers: { 'content-type': 'multipart/form-data; boundary=X' } }).formData())
      return [f.get('a'), f.get('f').name, f.get('f').type, u.getAll('a'), await bad('--X\\r\\n'), await bad(''), await bad('--Y--'), await caught(() => new Response('x').formData()), [...await new Response('--X--', { headers: { 'content-type': 'multipart/form-data; boundary=X' } }).formData()]]`
    expect(await guest.evaluate(code)).toEqual(['', '', 'image/png', ['1 2', 'ä'], ...Array<string>(4).fill('TypeError'), []])
  })
})

describe('Headers', () => {
  it('sorts and combines all headers except Set-Cookie', async () => {
    const code = `const h = new Headers([['b', '1'], ['A', ' x\\t'], ['B', '2'], ['set-cookie', 'p=1'], ['Set-Cookie', 'q=2']]); return [[...h], h.get('B'), h.getSetCookie(), h.get('set-cookie'), h.get('none')]`
    expect(await guest.evaluate(code)).toEqual([
      [
        ['a', 'x'],
        ['b', '1, 2'],
        ['set-cookie', 'p=1'],
        ['set-cookie', 'q=2'],
      ],
      '1, 2',
      ['p=1', 'q=2'],
      'p=1, q=2',
      null,
    ])
  })

  it('reflects changes during iteration', async () => {
    const code = `const h = new Headers({ a: '1', b: '2' }); h.append('a', '3'); h.set('A', '4'); const seen = []; for (const [name] of h) { seen.push(name); if (name === 'a') { h.delete('b'); h.append('c', '') } }
      let sum = ''; h.forEach((value, name) => { sum += name + value }); return [seen, sum, h.has('B')]`
    expect(await guest.evaluate(code)).toEqual([['a', 'c'], 'a4c', false])
  })

  it('rejects invalid names and values', async () => {
    const code = `const tries = [() => new Headers({ 'a b': '' }), () => new Headers({ '': '' }), () => new Headers({ a: 'x\\r\\ny: z' }), () => new Headers({ a: 'x\\0' }), () => new Headers({ a: '€' }), () => new Headers([['a']]),
      () => new Headers(null), () => new Headers('a'), () => new Headers({ [Symbol()]: '' }), () => new Headers().get('ä b'), () => new Headers().append('a')]; return Promise.all(tries.map(caught))`
    expect(await guest.evaluate(code)).toEqual(Array<string>(11).fill('TypeError'))
  })
})

describe('Request', () => {
  it('has the defaults of the standard', async () => {
    const code = `const r = new Request('HTTPS://A.b'); return [r.url, r.method, r.mode, r.credentials, r.cache, r.redirect, r.referrer, r.destination, r.duplex, r.keepalive, r.body, r.bodyUsed, r.signal.aborted]`
    expect(await guest.evaluate(code)).toEqual([
      'https://a.b/',
      'GET',
      'cors',
      'same-origin',
      'default',
      'follow',
      'about:client',
      '',
      'half',
      false,
      null,
      false,
      false,
    ])
  })

  it('normalizes its method and sets the Content-Type of its body', async () => {
    const code = `const r = new Request('a:b', { method: 'post', body: 'é' }); return [r.method, new Request('a:b', { method: 'patch' }).method, r.headers.get('content-type'), hex(await r.arrayBuffer()), r.bodyUsed,
      new Request('a:b', { method: 'PUT', body: new URLSearchParams('a=b') }).headers.get('content-type'), new Request('a:b', { method: 'PUT', body: new Blob([], { type: 'x/y' }), headers: { 'Content-Type': 'z' } }).headers.get('content-type'), new Request('a:b', { method: 'PUT', body: new Uint8Array(1) }).headers.get('content-type')]`
    expect(await guest.evaluate(code)).toEqual([
      'POST',
      'patch',
      'text/plain;charset=UTF-8',
      'c3a9',
      true,
      'application/x-www-form-urlencoded;charset=UTF-8',
      'z',
      null,
    ])
  })

  it('refuses what the standard refuses', async () => {
    const code = `const u = 'https://a.b'; const tries = [() => new Request('/x'), () => new Request('https://u:p@a.b'), () => new Request(u, { method: 'TRACE' }), () => new Request(u, { method: 'a b' }), () => new Request(u, { body: '' }),
      () => new Request(u, { method: 'POST', body: streamOf() }), () => new Request(u, { mode: 'navigate' }), () => new Request(u, { redirect: 'x' }), () => new Request(u, { signal: {} }), () => new Request(u, { cache: 'only-if-cached' }), () => new Request(u, { window: 1 }), () => new Request(u, { duplex: 'full' })]
      return Promise.all(tries.map(caught))`
    expect(await guest.evaluate(code)).toEqual(Array<string>(12).fill('TypeError'))
  })

  it('takes the body of another request, which then counts as used', async () => {
    const code = `const c = new AbortController(); const a = new Request('a:b', { method: 'POST', body: 'x', headers: { q: '1' }, signal: c.signal }); const b = new Request(a, { headers: { r: '2' } })
      const s = new Request('a:b', { method: 'POST', body: streamOf(utf8('str'), utf8('eam')), duplex: 'half' }); const t = new Request(s); const d = t.clone(); c.abort(1)
      return [a.bodyUsed, await b.text(), [...b.headers.keys()], b.signal.reason, await caught(() => new Request(a)), s.bodyUsed, await t.text(), await d.text(), d.method, await caught(() => t.clone())]`
    expect(await guest.evaluate(code)).toEqual([true, 'x', ['r'], 1, 'TypeError', true, 'stream', 'stream', 'POST', 'TypeError'])
  })
})

describe('Response', () => {
  it('reads its body once, in every format', async () => {
    const code = `const make = () => new Response('\\uFEFF{"a":1}', { headers: { 'content-type': 'application/json; charset=utf-8' } }); const r = make(); const blob = await make().blob()
      return [await make().text(), await make().json(), (await make().bytes()).length, blob.type, await r.text() && r.bodyUsed, await caught(() => r.text()), await caught(() => r.clone()), await new Response().text(), new Response().bodyUsed, await caught(() => new Response('x').json())]`
    expect(await guest.evaluate(code)).toEqual([
      '{"a":1}',
      { a: 1 },
      10,
      'application/json;charset=utf-8',
      true,
      'TypeError',
      'TypeError',
      '',
      false,
      'SyntaxError',
    ])
  })

  it('has the static methods of the standard', async () => {
    const code = `const j = Response.json({ a: 1 }, { status: 201, statusText: 'OK ä' }); const d = Response.redirect('https://a.b/ä', 307); const e = Response.error()
      return [j.status, j.ok, j.statusText, j.headers.get('content-type'), d.status, d.headers.get('location'), d.ok, e.type, e.status, e.ok, await caught(() => e.headers.set('a', 'b')), await caught(() => d.headers.append('a', 'b')), new Response().type, new Response().url]`
    expect(await guest.evaluate(code)).toEqual([
      201,
      true,
      'OK ä',
      'application/json',
      307,
      'https://a.b/%C3%A4',
      false,
      'error',
      0,
      false,
      'TypeError',
      'TypeError',
      'default',
      '',
    ])
  })

  it('refuses what the standard refuses', async () => {
    const code = `const tries = [() => new Response('', { status: 199 }), () => new Response('', { status: 600 }), () => new Response('x', { status: 204 }), () => new Response('', { statusText: 'a\\n' }), () => Response.redirect('https://a.b', 200), () => Response.redirect('/x'),
      () => Response.json(() => {}), () => { const s = streamOf(); s.getReader(); new Response(s) }, () => new Response(streamOf('text')).text(), () => Object.getOwnPropertyDescriptor(Response.prototype, 'body').get.call({})]; return Promise.all(tries.map(caught))`
    expect(await guest.evaluate(code)).toEqual([
      'RangeError',
      'RangeError',
      'TypeError',
      'TypeError',
      'RangeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
    ])
  })

  it('has a body stream that a clone duplicates', async () => {
    const code = `const r = new Response(streamOf(utf8('a'), utf8('b'))); const c = r.clone(); const reader = r.body.getReader(); const first = new TextDecoder().decode((await reader.read()).value)
      return [first, r.bodyUsed, await caught(() => r.text()), await c.text(), await new Response(new Response('gz').body.pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip'))).text()]`
    expect(await guest.evaluate(code)).toEqual(['a', true, 'TypeError', 'ab', 'gz'])
  })
})
