import { expect, it } from 'vitest'
import type { SourcePosition } from '../../blocks/index.ts'
import { locateStack } from './stack-position.ts'

const DIGEST = 'a'.repeat(64)
const OTHER = 'b'.repeat(64)

/** Lines 1 to 9 belong to the plugin, lines 10 to 19 to a library, and other lines to no source. */
function origin(line: number, column: number): SourcePosition | undefined {
  if (line < 10) return { file: 'src/say.ts', line: line + 100, column }
  return line < 20 ? { file: 'node_modules/lib/index.js', line, column } : undefined
}

const located = (...lines: string[]) => locateStack(lines.join('\n'), DIGEST, origin)

it('locates the frames of the plugin and omits frames of the host', () => {
  const found = located(
    `    at inner (${DIGEST}.js:3:7)`,
    `    at Object.run (${DIGEST}.js:4:9)`,
    `    at ${DIGEST}.js:5:1`,
    `    at async Object.run (${DIGEST}.js:6:2)`,
    '    at forEachPair (ashlar:guest:1:500)',
    '    at native',
  )
  expect(found).toEqual({
    position: { file: 'src/say.ts', line: 103, column: 7 },
    stack: [
      'at inner (src/say.ts:103:7)',
      'at Object.run (src/say.ts:104:9)',
      'at src/say.ts:105:1',
      'at async Object.run (src/say.ts:106:2)',
    ].join('\n'),
  })
})

it('points to the call of a library, not into the library', () => {
  const found = located(`    at parse (${DIGEST}.js:12:1)`, `    at run (${DIGEST}.js:2:3)`)
  expect(found?.position).toEqual({ file: 'src/say.ts', line: 102, column: 3 })
  expect(found?.stack).toBe('at parse (node_modules/lib/index.js:12:1)\nat run (src/say.ts:102:3)')
})

it('locates frames of a script with a debugger', () => {
  expect(located('    at run (ashlar://@me/words/plugin.js:2:3)')?.position).toEqual({ file: 'src/say.ts', line: 102, column: 3 })
})

it('locates nothing in a stack without frames of the plugin', () => {
  expect(located()).toBeUndefined()
  expect(
    located(`    at run (${OTHER}.js:1:1)`, `    at run (/etc/passwd:1:1)`, `    at run (${DIGEST}.js:20:1)`),
  ).toBeUndefined()
  expect(
    located(`at run (${DIGEST}.js:1:1)`, `    at run (${DIGEST}.js:1)`, `    at run (${DIGEST}.js:1:1) more`),
  ).toBeUndefined()
})

it('reads at most 20 frames, 50 lines, and lines of 400 characters from a forged stack', () => {
  const frame = (name: string): string => `    at ${name} (${DIGEST}.js:1:1)`
  expect(located(...Array.from({ length: 49 }, (_, i) => frame(`f${i}`)))?.stack.split('\n')).toHaveLength(20)
  expect(located(...Array.from({ length: 50 }, () => '    at x'), frame('late'))).toBeUndefined()
  expect(located(frame('x'.repeat(400)))).toBeUndefined()
  expect(located(...Array.from({ length: 20 }, () => frame('y'.repeat(150))))?.stack).toHaveLength(2000)
})

it('removes control characters from function names', () => {
  expect(located(`    at \u001B[2Jred\u202E (${DIGEST}.js:1:1)`)?.stack).toBe('at [2Jred (src/say.ts:101:1)')
})
