import MiniSearch, { type SearchOptions } from 'minisearch'
import { Lru } from '../../base/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { AvailablePlugins } from '../registry/index.ts'

/**
 * Finds blocks by words, as their users type them.
 *
 * The words of a query are compared with the words of a block: a match in its name counts most, then its synonyms, its
 * description, its category and its pins. A word also matches its plural and a longer word that starts with it. A word
 * of at least five letters that no block has matches words with one or two other letters. A block is found if it
 * contains at least two thirds of the words of the query. A name or synonym that is the whole query counts more than
 * single words, and a common block more than others.
 */
export interface BlockSearch {
  /** Returns the relevance of every block that the query finds, by block id: a higher number is more relevant. */
  search(query: string): Promise<Map<string, number>>
}

/** The indexes of lists of blocks. Accounts that have installed plugins have lists of their own. */
export type BlockIndexes = Lru<readonly Block[], Promise<MiniSearch<Block>>>

const MAX_INDEXES = 20

export function createBlockIndexes(): BlockIndexes {
  return new Lru(MAX_INDEXES)
}

/** The index is built at the first search after a change of the blocks. */
export function createBlockSearch(
  plugins: Pick<AvailablePlugins, 'blocks'>,
  indexes: BlockIndexes = createBlockIndexes(),
): BlockSearch {
  const open = (): Promise<MiniSearch<Block>> => {
    const blocks = plugins.blocks()
    const index = indexes.get(blocks) ?? buildIndex(blocks)
    indexes.set(blocks, index)
    return index
  }
  return {
    async search(query) {
      const words = splitWords(query).slice(0, MAX_WORDS)
      const terms = words.map(toTerm).filter((term) => term !== null)
      if (words.length === 0) return new Map()
      return searchIndex(await open(), terms, toPhrase(words))
    },
  }
}

const MAX_WORDS = 10
/** Blocks that are indexed at a time, so that the index of a large installation does not delay requests. */
const SLICE = 25
/** Pins of a block that are indexed, of inputs and of outputs. */
const MAX_PINS = 100

/** The texts of a block by field, and how much a match counts. */
const FIELDS: Readonly<Record<string, { boost: number; read(block: Block): string }>> = {
  name: { boost: 8, read: ({ name }) => name },
  synonyms: { boost: 4, read: ({ synonyms }) => synonyms.join('\n') },
  description: { boost: 2, read: ({ description }) => description },
  category: {
    boost: 1.5,
    read: ({ category, categories, plugin }) => [plugin.name, category, ...categories].join('\n'),
  },
  pins: { boost: 0.5, read: ({ inputSchema, outputSchema }) => [inputSchema, outputSchema].flatMap(listPins).join('\n') },
}

/** The name and the synonyms as a whole: "for each", "for-each" and "foreach" are the same phrase. */
const PHRASES = 'phrases'

async function buildIndex(blocks: readonly Block[]): Promise<MiniSearch<Block>> {
  const index = new MiniSearch<Block>({
    fields: [...Object.keys(FIELDS), PHRASES],
    extractField: readField,
    tokenize: (text, field) => (field === PHRASES ? text.split('\n') : splitWords(text)),
    processTerm: (term, field) => (field === PHRASES ? term : toTerm(term)),
    storeFields: ['common'],
  })
  await index.addAllAsync(blocks, { chunkSize: SLICE })
  return index
}

function searchIndex(index: MiniSearch<Block>, terms: readonly string[], phrase: string): Map<string, number> {
  const needed = Math.ceil((new Set(terms).size * 2) / 3)
  const isKnown = (term: string): boolean => index.search({ ...MATCHING, queries: [term] }).length > 0
  const fuzzy = (term: string): number | boolean => term.length > 4 && !isKnown(term) && 0.2
  const matching = { ...MATCHING, fuzzy }
  const results = index.search(
    {
      combineWith: 'OR',
      queries: [
        { ...matching, queries: [phrase], fields: [PHRASES], boost: { [PHRASES]: 8 } },
        { ...matching, queries: [...new Set(terms)], fields: Object.keys(FIELDS), boost: BOOSTS },
      ],
    },
    {
      boostDocument: (_id, _term, stored) => (stored?.common === true ? COMMON : 1),
      filter: ({ queryTerms }) => {
        const found = new Set(queryTerms)
        return found.has(phrase) || terms.filter((term) => found.has(term)).length >= needed
      },
    },
  )
  return new Map(results.map(({ id, score }) => [String(id), score]))
}

const BOOSTS = Object.fromEntries(Object.entries(FIELDS).map(([field, { boost }]) => [field, boost]))

const COMMON = 1.15

const MATCHING: SearchOptions = {
  tokenize: (term) => [term],
  processTerm: (term) => term,
  combineWith: 'OR',
  prefix: (term) => term.length > 1,
  maxFuzzy: 2,
  weights: { prefix: 0.3, fuzzy: 0.3 },
  // The length of a text matters little: a block with many synonyms is as relevant as one with few.
  bm25: { k: 1.2, b: 0.2, d: 0.5 },
}

/** Words that say nothing about a block. */
const STOP_WORDS = new Set(['a', 'an', 'the', 'of', 'to', 'in', 'on', 'at', 'by', 'for', 'from', 'with', 'is', 'my'])

function splitWords(text: string): string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

function toTerm(word: string): string | null {
  return STOP_WORDS.has(word) ? null : toSingular(word)
}

function toSingular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  return word.length > 3 && /[^s]s$/.test(word) ? word.slice(0, -1) : word
}

function toPhrase(words: readonly string[]): string {
  return words.map(toSingular).join('')
}

function readField(block: Block, field: string): string | boolean {
  if (field === 'id') return block.id
  return field === 'common' ? block.common === true : (FIELDS[field]?.read(block) ?? listPhrases(block))
}

function listPhrases({ name, synonyms }: Block): string {
  return [name, ...synonyms].map((text) => toPhrase(splitWords(text))).join('\n')
}

function listPins({ properties = {} }: Block['inputSchema']): string[] {
  const pins = Object.entries(properties).slice(0, MAX_PINS)
  return pins.flatMap(([name, { title }]) => [name, ...(typeof title === 'string' ? [title] : [])])
}
