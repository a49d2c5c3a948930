import type { BlockTest } from '@ashlar/sdk'
import { z } from 'zod'

const dictionary = z.record(z.string(), z.unknown())
const count = z.union([z.int(), z.bigint()]).nullable().default(null)
const number = z.number().nullable().default(null)

/** Data about a keyword of a search engine. Other members are ignored. */
const keywordSchema = z.object({
  keyword: z.string(),
  search_volume: count,
  competition: number,
  cpc: number,
  keyword_difficulty: count,
  serp_info: dictionary.nullable().default(null),
  clickstream_data: dictionary.nullable().default(null),
})

/** The input of both blocks, which AutoGPT gives two names. */
export const keywordPin = keywordSchema.meta({
  description: 'The data of one keyword.',
  examples: [{ keyword: 'running shoes', search_volume: 1900, cpc: 0.7 }],
})

/** The members of the data as pins. A member that is missing is null. */
export const keywordOutputs = z.object({
  keyword: z.string().meta({ title: 'Keyword', description: 'The keyword.' }),
  search_volume: z.union([z.int(), z.bigint()]).nullable().meta({ title: 'Searches', description: 'Searches in a month.' }),
  competition: z.number().nullable().meta({ title: 'Competition', description: 'Competition of advertisers, from 0 to 1.' }),
  cpc: z
    .number()
    .nullable()
    .meta({ title: 'Cost per click', description: 'Cost of a click on an advertisement, in US dollars.' }),
  keyword_difficulty: z
    .union([z.int(), z.bigint()])
    .nullable()
    .meta({ title: 'Difficulty', description: 'How hard it is to be among the first results, from 0 to 100.' }),
  serp_info: dictionary.nullable().meta({ title: 'Results', description: 'Data about the page of results.' }),
  clickstream_data: dictionary.nullable().meta({ title: 'Clicks', description: 'Data about the clicks of users.' }),
})

type Keyword = z.output<typeof keywordSchema>

/** Lists the members as pairs of pin and value. */
export function* toPairs(keyword: Keyword): Generator<[keyof Keyword, never]> {
  for (const name of Object.keys(keywordOutputs.shape) as (keyof Keyword)[]) yield [name, keyword[name] as never]
}

/** All members of a keyword, and the pairs of pin and value that they become. */
export const WHOLE = {
  keyword: 'shoes',
  search_volume: 1900,
  competition: 0.5,
  cpc: 0.7,
  keyword_difficulty: 42,
  serp_info: { a: 1 },
  clickstream_data: { b: 2 },
}

type Pairs = BlockTest<z.ZodObject, typeof keywordOutputs>['output']

export const WHOLE_PAIRS: Pairs = [
  ['keyword', 'shoes'],
  ['search_volume', 1900],
  ['competition', 0.5],
  ['cpc', 0.7],
  ['keyword_difficulty', 42],
  ['serp_info', { a: 1 }],
  ['clickstream_data', { b: 2 }],
]

export const NAME_ONLY_PAIRS: Pairs = [
  ['keyword', 'shoes'],
  ['search_volume', null],
  ['competition', null],
  ['cpc', null],
  ['keyword_difficulty', null],
  ['serp_info', null],
  ['clickstream_data', null],
]
