import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { randomBelow } from './random-bytes.ts'

const SETS = {
  lower: 'abcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  digits: '0123456789',
  symbols: '!#$%&()*+,-./:;<=>?@[]^_{|}~',
}

const SIMILAR = new Set('0O1lI|5S2Z8B')

export const randomText = defineBlock({
  id: '04ca24d2-0493-40a6-aa74-cf94406ef2b5',
  name: 'random-text',
  description: 'Create a random text, such as a password or a code.',
  category: 'CRYPTO',
  icon: 'dices',
  synonyms: ['random string', 'password generator', 'random password', 'generate code', 'coupon', 'pin code', 'voucher'],
  input: z.object({
    length: z.int().min(1).max(10_000).default(16).describe('The number of characters.'),
    lower: z.boolean().default(true).describe('Use a to z.'),
    upper: z.boolean().default(true).describe('Use A to Z.'),
    digits: z.boolean().default(true).describe('Use 0 to 9.'),
    symbols: z.boolean().default(false).describe('Use punctuation.'),
    characters: z.string().default('').describe('Use these characters as well.'),
    avoid_similar: z.boolean().default(false).describe('Avoid characters that look alike, such as 0 and O.'),
  }),
  output: z.object({
    text: z.string().describe('The text. It contains at least one character of each kind, if it is long enough.'),
  }),
  tests: [
    {
      input: { symbols: true, length: 4 },
      output: [['text', (text: string) => [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].every((each) => each.test(text))]],
    },
    { input: { lower: false, upper: false, digits: false, characters: 'é', length: 3 }, output: [['text', 'ééé']] },
    { input: { length: 200, avoid_similar: true }, output: [['text', z.string().regex(/^[^0O1lI5S2Z8B]{200}$/)]] },
    {
      input: { lower: false, upper: false, digits: false },
      output: [['error', 'no characters remain: set lower, upper, digits or symbols, or give characters']],
    },
  ],
  *run({ length, characters, avoid_similar: avoidSimilar, ...kinds }) {
    const chosen = (Object.keys(SETS) as (keyof typeof SETS)[]).filter((kind) => kinds[kind]).map((kind) => SETS[kind])
    const sets = [...chosen, characters]
      .map((set) => [...new Set(set)].filter((character) => !avoidSimilar || !SIMILAR.has(character)))
      .filter((set) => set.length > 0)
    const all = [...new Set(sets.flat())]
    if (all.length === 0) throw new Error('no characters remain: set lower, upper, digits or symbols, or give characters')
    const picked = Array.from({ length }, (_, i) => pick(sets[i] ?? all))
    yield ['text', shuffle(picked).join('')]
  },
})

function pick(characters: readonly string[]): string {
  return characters[randomBelow(characters.length)] ?? ''
}

function shuffle(items: string[]): string[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomBelow(i + 1)
    ;[items[i], items[j]] = [items[j] ?? '', items[i] ?? '']
  }
  return items
}
