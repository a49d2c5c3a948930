import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { findSentences } from './split-sentences.ts'

export const chunk = defineBlock({
  id: '103cd0a9-65c2-44ce-912d-b01ec0dff75f',
  name: 'chunk',
  description: 'Split a long text into chunks of a maximum size that overlap, for language models and search.',
  category: 'TEXT',
  common: true,
  categories: ['AI', 'LOOP'],
  icon: 'split',
  synonyms: ['text splitter', 'chunk text', 'rag', 'embedding', 'token splitter', 'overlap', 'recursive splitter', 'pieces'],
  input: z.object({
    text: z.string().describe('The text.'),
    size: z.int().min(1).max(1_000_000).default(1000).describe('The maximum size of a chunk.'),
    overlap: z
      .int()
      .min(0)
      .default(100)
      .describe('How much of the end of a chunk repeats at the start of the next one. Less than half of the size.'),
    unit: z
      .enum(['characters', 'words', 'tokens'])
      .default('characters')
      .describe('The unit of the size. A token is estimated as 4 characters, or 1 in scripts without spaces, such as Chinese.'),
    keep: z
      .enum(['paragraphs', 'sentences', 'words', 'nothing'])
      .default('paragraphs')
      .describe('What to keep whole if it fits: chunks end after a paragraph, else after a sentence, else after a word.'),
  }),
  output: z.object({
    chunk: z.string().meta({ description: 'Each chunk, in order.', many: true }),
    list: z.array(z.string()).describe('All chunks in one list.'),
    count: z.int().describe('The number of chunks.'),
  }),
  tests: [
    {
      input: { text: 'One two. Three four.\n\nFive six seven.', size: 20, overlap: 0 },
      output: [
        ['chunk', 'One two. Three four.'],
        ['chunk', 'Five six seven.'],
        ['list', ['One two. Three four.', 'Five six seven.']],
        ['count', 2],
      ],
    },
    {
      name: 'repeats whole words at the start of the next chunk',
      input: { text: 'a b c d e f', size: 4, overlap: 1, unit: 'words' },
      output: [
        ['chunk', 'a b c d'],
        ['chunk', 'd e f'],
        ['list', ['a b c d', 'd e f']],
        ['count', 2],
      ],
    },
    {
      name: 'splits a word that is too long',
      input: { text: 'abcdefgh😀', size: 4, overlap: 0, keep: 'nothing' },
      output: [
        ['chunk', 'abcd'],
        ['chunk', 'efgh'],
        ['chunk', '😀'],
        ['list', ['abcd', 'efgh', '😀']],
        ['count', 3],
      ],
    },
    {
      input: { text: ' ' },
      output: [
        ['list', []],
        ['count', 0],
      ],
    },
    {
      input: { text: 'a', size: 10, overlap: 5 },
      output: [['error', 'overlap must be less than half of size, which is 10, got 5']],
    },
  ],
  *run({ text, size, overlap, unit, keep }) {
    if (overlap * 2 >= size && overlap > 0)
      throw new Error(`overlap must be less than half of size, which is ${size}, got ${overlap}`)
    const measure = MEASURES[unit]
    const chunks = join(split(text, LEVELS.slice(LEVELS.indexOf(keep)), size, measure), size, overlap, measure)
    for (const each of chunks) yield ['chunk', each]
    yield ['list', chunks]
    yield ['count', chunks.length]
  },
})

type Measure = (text: string) => number
type Level = 'paragraphs' | 'sentences' | 'words' | 'nothing'

const LEVELS: readonly Level[] = ['paragraphs', 'sentences', 'words', 'nothing']

const MEASURES: Readonly<Record<'characters' | 'words' | 'tokens', Measure>> = {
  characters: (text) => Array.from(text).length,
  words: (text) => text.match(/\S+/g)?.length ?? 0,
  tokens: (text) => {
    const dense = text.match(/[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}]/gu)?.length ?? 0
    return dense + Math.ceil((text.length - dense) / 4)
  },
}

/** Splits a text into pieces that fit, at the first level whose pieces are small enough. */
function split(text: string, [level, ...deeper]: readonly Level[], size: number, measure: Measure): string[] {
  if (text.trim() === '') return []
  if (measure(text.trim()) <= size && level !== 'words') return [text]
  const parts = splitAt(level ?? 'nothing', text)
  if (deeper.length === 0) return parts
  return parts.flatMap((part) => (measure(part.trim()) <= size ? [part] : split(part, deeper, size, measure)))
}

/** The pieces contain the white space after them. */
function splitAt(level: Level, text: string): string[] {
  switch (level) {
    case 'paragraphs':
      return text.match(/[^]+?(?:\n\s*\n|$)/g) ?? []
    case 'sentences':
      return withSpace(text, findSentences(text, 'en'))
    case 'words':
      return text.match(/\s*\S+\s*/g) ?? []
    case 'nothing':
      return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
  }
}

function withSpace(text: string, sentences: readonly string[]): string[] {
  let at = 0
  return sentences.map((sentence, i) => {
    const next = sentences[i + 1]
    const from = at
    at = next === undefined ? text.length : text.indexOf(next, text.indexOf(sentence, at) + sentence.length)
    return text.slice(from, at)
  })
}

/** Joins pieces to chunks, and repeats the last pieces of a chunk if they fit in the overlap. */
function join(pieces: readonly string[], size: number, overlap: number, measure: Measure): string[] {
  const chunks: string[] = []
  let current: { text: string; size: number }[] = []
  let total = 0
  for (const text of pieces) {
    const piece = { text, size: measure(text) }
    if (total + measure(text.trimEnd()) > size && current.length > 0) {
      chunks.push(show(current))
      current = takeLast(current, Math.min(overlap, size - piece.size))
      total = current.reduce((sum, each) => sum + each.size, 0)
    }
    current.push(piece)
    total += piece.size
  }
  return [...chunks, ...(current.length > 0 ? [show(current)] : [])].filter((each) => each !== '')
}

function show(pieces: readonly { text: string }[]): string {
  return pieces
    .map(({ text }) => text)
    .join('')
    .trim()
}

function takeLast(pieces: readonly { text: string; size: number }[], room: number): { text: string; size: number }[] {
  let left = room
  const first = pieces.findLastIndex((piece) => (left -= piece.size) < 0)
  return pieces.slice(first + 1)
}
