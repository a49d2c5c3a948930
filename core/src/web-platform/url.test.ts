import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

/** Rows in the form of the standard's test data: input, base, href (null: invalid). */
const PARSED: [input: string, base: string | undefined, href: string | null][] = [
  ['https://example.com', undefined, 'https://example.com/'],
  ['HTTP://EXAMPLE.com:80/../a/./b', undefined, 'http://example.com/a/b'],
  ['https://user:pa ss@host/', undefined, 'https://user:pa%20ss@host/'],
  ['//other/x?y#z', 'https://example.com/a', 'https://other/x?y#z'],
  ['?q', 'https://example.com/a/b?c#d', 'https://example.com/a/b?q'],
  ['..\\x', 'https://example.com/a/b/c', 'https://example.com/a/x'],
  ['https://0x7f.1/', undefined, 'https://127.0.0.1/'],
  ['https://[::0:1]/', undefined, 'https://[::1]/'],
  ['https://faß.example/', undefined, 'https://xn--fa-hia.example/'],
  ['https://日本語.テスト/', undefined, 'https://xn--wgv71a119e.xn--zckzah/'],
  ['https://xn--fa-hia.EXAMPLE/', undefined, 'https://xn--fa-hia.example/'],
  ['mailto:a b@c', undefined, 'mailto:a b@c'],
  ['file:///C|/x/../..', undefined, 'file:///C:/'],
  ['\thttps://exa\nmple.com/ ', undefined, 'https://example.com/'],
  ['https://example.com/ä?ä#ä', undefined, 'https://example.com/%C3%A4?%C3%A4#%C3%A4'],
  ['https://ex ample.com/', undefined, null],
  ['https://1.2.3.256/', undefined, null],
  ['https://xn--A/', undefined, 'https://xn--a/'],
  ['https://xn--a-ä/', undefined, null],
  ['https://a­b/', undefined, 'https://ab/'],
  ['https://host:65536/', undefined, null],
  ['/relative', undefined, null],
  ['https://%zz/', undefined, null],
]

describe('URL', () => {
  it.each(PARSED)('parses %j on base %j', async (input, base, href) => {
    const code = `const u = URL.parse(${JSON.stringify(input)}, ${JSON.stringify(base)}); return u && u.href`
    expect(await guest.evaluate(code)).toBe(href)
  })

  it('throws a TypeError for an invalid URL', async () => {
    expect(
      await guest.evaluate(`return [await caught(() => new URL('nope')), URL.canParse('nope'), URL.canParse('a:b')]`),
    ).toEqual(['TypeError', false, true])
  })

  it('has setters that ignore invalid values', async () => {
    const code = `const u = new URL('https://a.b:8080/p?q=1#f'); u.port = '443'; u.host = 'c.d:99'; u.protocol = 'mailto'
      u.pathname = 'x y'; u.search = ''; u.hash = 'é'; return [u.href, u.origin, u.host]`
    expect(await guest.evaluate(code)).toEqual(['https://c.d:99/x%20y#%C3%A9', 'https://c.d:99', 'c.d:99'])
  })

  it('has a null origin if the scheme is not special', async () => {
    expect(await guest.evaluate(`return new URL('data:text/plain,x').origin`)).toBe('null')
  })
})

describe('URLSearchParams', () => {
  it('reads and writes application/x-www-form-urlencoded', async () => {
    const code = `const p = new URLSearchParams('?a=1&a=2&b=%20+%C3%A4&c'); return [p.getAll('a'), p.get('b'), p.get('c'), String(p), p.size]`
    expect(await guest.evaluate(code)).toEqual([['1', '2'], '  ä', '', 'a=1&a=2&b=++%C3%A4&c=', 4])
  })

  it('accepts pairs and objects, sorts by code units and deletes by value', async () => {
    const code = `const p = new URLSearchParams([['z', '1'], ['a', '2'], ['z', '0']]); p.sort(); p.delete('z', '1')
      return [String(p), String(new URLSearchParams({ x: 'é' })), p.has('a', '3'), await caught(() => new URLSearchParams([['a']]))]`
    expect(await guest.evaluate(code)).toEqual(['a=2&z=0', 'x=%C3%A9', false, 'TypeError'])
  })

  it('stays in sync with the query of its URL', async () => {
    const code = `const u = new URL('https://a/?x=1'); u.searchParams.append('y', '&'); const one = u.href; u.search = '?z'; return [one, [...u.searchParams]]`
    expect(await guest.evaluate(code)).toEqual(['https://a/?x=1&y=%26', [['z', '']]])
  })
})

describe('URLPattern', () => {
  it('returns named groups and rejects other paths', async () => {
    const code = `const p = new URLPattern({ pathname: '/books/:id(\\\\d+)/*' })
      return [p.exec('https://a.b/books/12/x/y')?.pathname.groups, p.test('https://a.b/books/x/'), p.pathname]`
    expect(await guest.evaluate(code)).toEqual([{ id: '12', 0: 'x/y' }, false, '/books/:id(\\d+)/*'])
  })

  it('parses a pattern relative to a base URL', async () => {
    const code = `const p = new URLPattern('/:page', 'https://example.com'); return [p.test('https://example.com/x'), p.test('https://other.com/x'), p.hostname]`
    expect(await guest.evaluate(code)).toEqual([true, false, 'example.com'])
  })

  it('throws a TypeError for an invalid pattern', async () => {
    expect(await guest.evaluate(`return caught(() => new URLPattern({ pathname: '/:' }))`)).toBe('TypeError')
  })
})
