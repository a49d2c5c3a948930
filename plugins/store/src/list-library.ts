import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const dictionary = z.record(z.string(), z.unknown())

export const listLibrary = defineBlock({
  id: '082602d3-a74d-4600-9e9c-15b3af7eae98',
  name: 'list-library',
  description: 'List the graphs in the library of the user.',
  category: 'STORE',
  icon: 'library-big',
  synonyms: ['list library agents', 'my graphs', 'my agents', 'library', 'list graphs'],
  unavailable: 'the library',
  input: z.object({
    search_query: z.string().nullable().default(null).meta({ title: 'Query', description: 'Words to search for.' }),
    limit: z.int().default(50).meta({ title: 'Limit', description: 'The maximum number of graphs on a page.' }),
    page: z.int().default(1).meta({ title: 'Number', description: 'The number of the page, from 1.' }),
  }),
  output: z.object({
    agents: z.array(dictionary).meta({ title: 'Graphs', description: 'The graphs of the page.' }),
    agent: dictionary.meta({ title: 'Graph', description: 'Each graph of the page, in a loop.', many: true }),
    total_count: z.int().meta({ title: 'Total', description: 'The number of graphs that match.' }),
    page: z.int().meta({ title: 'Number', description: 'The number of the page.' }),
    total_pages: z.int().meta({ title: 'Pages', description: 'The number of pages.' }),
  }),
})
