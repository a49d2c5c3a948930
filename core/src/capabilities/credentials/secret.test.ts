import { describe, expect, it } from 'vitest'
import { listSecretSpellings } from './secret.ts'

const ASCII = `a/b+c=d<e>&'"\\f`
const key = (text: string): string[] => listSecretSpellings([{ type: 'API_KEY', key: text }])

describe('the spellings of a secret', () => {
  it.each([
    ['JSON.stringify', `a/b+c=d<e>&'\\"\\\\f`],
    ['PHP', `a\\/b+c=d<e>&'\\"\\\\f`],
    ['Go', `a/b+c=d\\u003ce\\u003e\\u0026'\\"\\\\f`],
    ['Gson', `a/b+c\\u003dd\\u003ce\\u003e\\u0026\\u0027\\"\\\\f`],
    ['.NET', `a/b\\u002Bc=d\\u003Ce\\u003E\\u0026\\u0027\\u0022\\\\f`],
    ['encodeURIComponent', `a%2Fb%2Bc%3Dd%3Ce%3E%26'%22%5Cf`],
    ['a form', `a%2Fb%2Bc%3Dd%3Ce%3E%26%27%22%5Cf`],
    ['the percent-encoding of .NET', `a%2fb%2bc%3dd%3ce%3e%26%27%22%5cf`],
    ['base64', 'YS9iK2M9ZDxlPiYnIlxm'],
  ])('include the one of %s', (_writer, text) => {
    expect(key(ASCII)).toContain(text)
  })

  it.each([
    ['Python', 'p\\u00e4ss/\\ud83d\\ude00'],
    ['PHP', 'p\\u00e4ss\\/\\ud83d\\ude00'],
    ['.NET', 'p\\u00E4ss/\\uD83D\\uDE00'],
    ['PHP with unescaped Unicode', 'päss\\/😀'],
    ['encodeURIComponent', 'p%C3%A4ss%2F%F0%9F%98%80'],
    ['lower-case percent-encoding', 'p%c3%a4ss%2f%f0%9f%98%80'],
  ])('include the non-ASCII one of %s', (_writer, text) => {
    expect(listSecretSpellings([{ type: 'USER_PASSWORD', username: 'ada', password: 'päss/😀' }])).toContain(text)
  })

  it('are the text and its base64, longest first, if no character is escaped', () => {
    expect(key('abcdef')).toEqual(['YWJjZGVm', 'abcdef'])
  })

  it('include the logins of HTTP and of mail servers', () => {
    const texts = listSecretSpellings([{ type: 'USER_PASSWORD', username: 'ada', password: 'pass' }])
    for (const login of ['ada:pass', '\0ada\0pass']) expect(texts).toContain(Buffer.from(login).toString('base64'))
  })

  it('include the token after a scheme unless it is too short to be a secret', () => {
    const texts = listSecretSpellings([
      { type: 'HOST_SCOPED', headers: { authorization: 'Bearer abcd', 'user-agent': 'myapp 1' } },
    ])
    expect(texts).toEqual(expect.arrayContaining(['Bearer abcd', 'abcd', 'myapp 1']))
    expect(texts).not.toContain('1')
  })
})
