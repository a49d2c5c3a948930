import { decodeText } from '@ashlar/sdk'
import { describe, expect, it } from 'vitest'
import { encodeText } from './text.ts'

describe('a text', () => {
  it.each([
    ['utf-8', 'é😀'],
    ['utf-16', 'é😀'],
    ['utf-16be', 'é😀'],
    ['latin1', 'é€'],
    ['windows-1251', 'Привет'],
    ['shift_jis', '日本'],
    ['gbk', '你好'],
    ['gb18030', '你😀'],
    ['big5', '你好'],
    ['euc-kr', '한국'],
    ['euc-jp', '日本'],
    ['iso-2022-jp', '日本'],
  ])('in %s survives a round trip', (encoding, text) => {
    expect(decodeText(encodeText(text, encoding), { encoding }).text).toBe(text)
  })

  it.each([
    ['latin1', '日'],
    ['shift_jis', '😀'],
    ['utf-8', 'a\ud83d'],
    ['utf-16le', 'a\ud83d'],
  ])('is rejected if %s lacks one of its characters', (encoding, text) => {
    expect(() => encodeText(text, encoding)).toThrow(/has a character that the encoding .* lacks/)
  })
})
