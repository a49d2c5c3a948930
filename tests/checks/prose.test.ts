import { describe, expect, it } from 'vitest'
import { countMarkedWords, findLongLines } from './prose.ts'

describe('marked words', () => {
  it.each([
    ['in a comment', 'a.ts', 'const a = 1 // the queue tells the worker', 'tells'],
    ['in a block comment', 'a.ts', '/**\n * Nobody reads it.\n */', 'Nobody'],
    ['in a text', 'a.ts', `throw new Error('somebody else holds it')`, 'somebody'],
    ['in a name', 'a.ts', 'const toldError = 1', 'told'],
    ['in documentation', 'a.md', 'It says how a key is had.', 'is had'],
    ['in the SDL', 'a.graphql', '"""What is told to the client."""', 'told'],
  ])('are found %s', (_where, path, text, word) => {
    expect(countMarkedWords([{ path, text }]).marked.map((each) => each.word)).toEqual([word])
  })

  it('are not found inside other words', () => {
    expect(countMarkedWords([{ path: 'a.ts', text: '// a standalone stand-in understands replies' }]).marked).toEqual([])
  })

  it('are reported with their line', () => {
    expect(countMarkedWords([{ path: 'a.ts', text: '\n\n/*\n * it lies\n */' }]).marked).toEqual([
      { path: 'a.ts', line: 4, word: 'lies' },
    ])
  })
})

it('counts the words of comments, texts and names that have several words', () => {
  expect(countMarkedWords([{ path: 'a.ts', text: `const pageSize = 3 // rows of a page\nlog('two words')` }]).words).toBe(8)
})

describe('long lines', () => {
  const long = 'word '.repeat(30)

  it('are found in comments and documentation', () => {
    expect(findLongLines([{ path: 'a.ts', text: `\n// ${long}` }])).toEqual([
      'a.ts:2: a line of prose has 153 characters; the limit is 120',
    ])
    expect(findLongLines([{ path: 'a.md', text: long }])).toHaveLength(1)
  })

  it('are allowed in code, tables and code examples', () => {
    expect(findLongLines([{ path: 'a.ts', text: `const text = '${long}'` }])).toEqual([])
    expect(findLongLines([{ path: 'a.md', text: `| ${long} |\n\n\`\`\`sh\n${long}\n\`\`\`` }])).toEqual([])
  })
})
