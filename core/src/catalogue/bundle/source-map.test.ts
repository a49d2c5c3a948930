import { expect, it } from 'vitest'
import { trimSourceMap } from './source-map.ts'

const trimmed = (sources: (string | null)[], more: object = {}) =>
  JSON.parse(trimSourceMap(JSON.stringify({ version: 3, sources, mappings: 'AAAA', ...more })) ?? 'null') as unknown

it('stores only positions', () => {
  const map = trimmed(['src/say.ts', null], { names: ['secret'], sourcesContent: ['secret'], sourceRoot: '/home/me', file: '/x' })
  expect(map).toEqual({ version: 3, sources: ['src/say.ts', null], names: [], mappings: 'AAAA' })
})

it('removes directories of the machine', () => {
  const sources = [
    '../../store/a@1/node_modules/@s/a/b.js',
    '/home/me/plugin/src/a.ts',
    'C:\\Users\\me\\a.ts',
    'file:///home/me/a.ts',
    'webpack://name/./src/a.ts',
    '../shared/a.ts',
    `${'x'.repeat(400)}.ts`,
  ]
  expect(trimmed(sources)).toMatchObject({
    sources: ['node_modules/@s/a/b.js', 'a.ts', 'a.ts', 'a.ts', 'a.ts', 'shared/a.ts', `${'x'.repeat(297)}.ts`],
  })
})

it('shifts positions by the lines above the code', () => {
  expect(trimSourceMap('{"version":3,"sources":[],"mappings":"AAAA"}', 2)).toContain('"mappings":";;AAAA"')
})

it('returns undefined for an invalid or very long source map', () => {
  expect(trimSourceMap('{')).toBeUndefined()
  expect(trimSourceMap('{"version":2,"sources":[],"mappings":""}')).toBeUndefined()
  expect(trimSourceMap('{"version":3,"sections":[]}')).toBeUndefined()
  expect(trimSourceMap(`{"version":3,"sources":[],"mappings":"${'A'.repeat(20 * 1024 * 1024)}"}`)).toBeUndefined()
})
