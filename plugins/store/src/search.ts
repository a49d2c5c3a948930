import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const dictionary = z.record(z.string(), z.unknown())

export const search = defineBlock({
  id: '39524701-026c-4328-87cc-1b88c8e2cb4c',
  name: 'search',
  description: 'Search the store for graphs.',
  category: 'STORE',
  icon: 'search',
  synonyms: ['search store agents', 'marketplace', 'find graph', 'templates', 'agents', 'listings'],
  unavailable: 'the store',
  input: z.object({
    query: z.string().nullable().default(null).meta({ title: 'Query', description: 'Words to search for.' }),
    category: z.string().nullable().default(null).meta({ title: 'Category', description: 'The category of the graphs.' }),
    sort_by: z
      .enum(['rating', 'runs', 'name', 'updated_at'])
      .default('rating')
      .meta({ title: 'Order', description: 'The order of the results.' }),
    limit: z.int().default(10).meta({ title: 'Limit', description: 'The maximum number of results.' }),
  }),
  output: z.object({
    agents: z.array(dictionary).meta({ title: 'Graphs', description: 'All results.' }),
    agent: dictionary.meta({ title: 'Graph', description: 'Each result, in a loop.', many: true }),
    total_count: z.int().meta({ title: 'Total', description: 'The number of graphs that match.' }),
  }),
})
