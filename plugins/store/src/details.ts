import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const details = defineBlock({
  id: 'b604f0ec-6e0d-40a7-bf55-9fd09997cced',
  name: 'details',
  description: 'Get the details of a graph in the store.',
  category: 'STORE',
  icon: 'info',
  synonyms: ['get store agent details', 'marketplace', 'listing', 'agent details', 'rating'],
  staticOutput: true,
  unavailable: 'the store',
  input: z.object({
    creator: z.string().meta({ title: 'Creator', description: 'The name of its creator.' }),
    slug: z
      .string()
      .meta({ title: 'Slug', description: 'The last part of its address in the store.', examples: ['daily-report'] }),
  }),
  output: z.object({
    found: z.boolean().meta({ title: 'Found', description: 'Whether the store has the graph.' }),
    store_listing_version_id: z.string().meta({ title: 'Version', description: 'The id of its version in the store.' }),
    agent_name: z.string().meta({ title: 'Name', description: 'The name of the graph.' }),
    description: z.string().meta({ title: 'Description', description: 'What the graph does.' }),
    creator: z.string().meta({ title: 'Creator', description: 'The name of its creator.' }),
    categories: z.array(z.string()).meta({ title: 'Categories', description: 'Its categories.' }),
    runs: z.int().meta({ title: 'Runs', description: 'The number of its executions.' }),
    rating: z.number().meta({ title: 'Rating', description: 'Its mean rating.' }),
  }),
})
