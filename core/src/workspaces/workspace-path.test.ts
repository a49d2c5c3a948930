import { describe, expect, it } from 'vitest'
import { parseWorkspacePath } from './workspace-path.ts'

describe('a path', () => {
  it.each([
    ['a', ['a']],
    ['reports/june.csv', ['reports', 'june.csv']],
    ['.env', ['.env']],
    ['..a/b..c/...d', ['..a', 'b..c', '...d']],
    ['Straße/日本語/😀 👩‍💻.txt', ['Straße', '日本語', '😀 👩‍💻.txt']],
    ['cafe\u0301', ['caf\u00e9']],
    ['%2e%2e', ['%2e%2e']],
    ['console/comport/nul-set', ['console', 'comport', 'nul-set']],
    ['com10/lpt/com', ['com10', 'lpt', 'com']],
    [`${'a'.repeat(255)}/${'é'.repeat(127)}`, ['a'.repeat(255), 'é'.repeat(127)]],
    [Array.from({ length: 32 }, () => 'a').join('/'), Array.from({ length: 32 }, () => 'a')],
  ])('%j is split into its names', (path, names) => {
    expect(parseWorkspacePath(path)).toEqual(names)
  })

  it.each([
    [undefined],
    [7],
    [['a']],
    [{ toString: () => 'a' }],
    [''],
    ['/'],
    ['/a'],
    ['a/'],
    ['a//b'],
    ['.'],
    ['..'],
    ['./a'],
    ['a/.'],
    ['a/../b'],
    ['a\\b'],
    ['a\0b'],
    ['a\nb'],
    ['a\u0085b'],
    ['a\u2028b'],
    ['a\u202eb'],
    ['C:'],
    ['c:/a'],
    ['a:stream'],
    ['a*'],
    ['a.'],
    ['a '],
    [' a'],
    ['... '],
    ['a/b./c'],
    ['con'],
    ['NUL.txt'],
    ['a/Com1.tar.gz'],
    ['lpt¹'],
    ['CONIN$'],
    ['aux .txt'],
    ['\ud800'],
    ['a'.repeat(256)],
    ['é'.repeat(128)],
    [Array.from({ length: 33 }, () => 'a').join('/')],
    [`${'a'.repeat(200)}/`.repeat(6)],
    ['\ufb2c/'.repeat(200) + 'a'],
  ])('%j is rejected', (path) => {
    expect(() => parseWorkspacePath(path)).toThrow(expect.objectContaining({ code: 'FILE_PATH_INVALID' }))
  })
})
