import { describe, expect, it } from 'vitest'
import { decodeText } from './decode-text.ts'

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')

describe('the encoding of text', () => {
  it.each([
    ['the option, before a byte order mark', latin1('\xef\xbb\xbfa'), { encoding: 'latin1' }, 'ï»¿a', 'windows-1252'],
    [
      'the option, before the media type',
      latin1('\x93\xfa'),
      { encoding: 'SJIS', contentType: 'a/b;charset=utf-8' },
      '日',
      'shift_jis',
    ],
    ['a byte order mark, before the media type', utf16('\ufeffé'), { contentType: 'text/plain; charset=utf-8' }, 'é', 'utf-16le'],
    ['a byte order mark of UTF-16BE', utf16('\ufeffé').swap16(), {}, 'é', 'utf-16be'],
    ['a byte order mark of UTF-8', Buffer.from('\ufeffé'), {}, 'é', 'utf-8'],
    ['the media type', latin1('\x80'), { contentType: 'text/csv; Charset="windows-1252"' }, '€', 'windows-1252'],
    [
      'the media type, before the document',
      latin1('<?xml version="1.0" encoding="utf-8"?>\xa4'),
      { contentType: 'text/xml;charset=iso-8859-15' },
      '<?xml version="1.0" encoding="utf-8"?>€',
      'iso-8859-15',
    ],
    [
      'the XML declaration',
      latin1(`<?xml version='1.0' encoding='ISO-8859-15'?>\xa4`),
      {},
      `<?xml version='1.0' encoding='ISO-8859-15'?>€`,
      'iso-8859-15',
    ],
    ['UTF-16 without a mark, by the XML declaration', utf16('<?xml version="1.0"?>é'), {}, '<?xml version="1.0"?>é', 'utf-16le'],
    [
      'UTF-8, where an XML declaration in ASCII names UTF-16',
      latin1('<?xml version="1.0" encoding="UTF-16"?>'),
      {},
      '<?xml version="1.0" encoding="UTF-16"?>',
      'utf-8',
    ],
    ['the meta element', latin1('<html><meta charset=koi8-r>\xc1'), {}, '<html><meta charset=koi8-r>а', 'koi8-r'],
    [
      'the meta element with a type',
      latin1('<!-- <meta charset=utf-8> --><meta http-equiv="Content-Type" content="text/html; charset=gbk">\xc4\xe3'),
      { contentType: 'text/html' },
      '<!-- <meta charset=utf-8> --><meta http-equiv="Content-Type" content="text/html; charset=gbk">你',
      'gbk',
    ],
    ['UTF-8, without a declaration', Buffer.from('é'), { contentType: 'text/plain' }, 'é', 'utf-8'],
    ['windows-1252, without a declaration and with bytes that are not UTF-8', latin1('\x935\x94'), {}, '“5”', 'windows-1252'],
    [
      'the encoding of the bytes, if the label of the media type is unknown',
      Buffer.from('é'),
      { contentType: 'text/plain;charset=nonsense' },
      'é',
      'utf-8',
    ],
  ])('is %s', (_, bytes, options, text, encoding) => {
    expect(decodeText(bytes, options)).toEqual({ text, encoding, isLossy: false })
  })

  it('rejects an unknown encoding', () => {
    expect(() => decodeText(new Uint8Array(), { encoding: 'utf-9' })).toThrow(
      /encoding must be a label of the Encoding standard.* got "utf-9"/,
    )
  })
})

it('reports whether bytes were replaced', () => {
  expect(decodeText(latin1('a\xff'), { encoding: 'utf-8' })).toEqual({ text: 'a\ufffd', encoding: 'utf-8', isLossy: true })
})

it('preserves characters across the pieces of a long text', () => {
  const text = 'é日😀'.repeat(40_000)
  expect(decodeText(Buffer.from(`a${text}`)).text).toBe(`a${text}`)
  expect(decodeText(utf16(`\ufeffa${text}`)).text).toBe(`a${text}`)
})
