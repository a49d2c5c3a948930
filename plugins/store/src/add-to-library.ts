import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const addToLibrary = defineBlock({
  id: '2602a7b1-3f4d-4e5f-9c8b-1a2b3c4d5e6f',
  name: 'add-to-library',
  description: 'Add a graph of the store to the library of the user.',
  category: 'STORE',
  icon: 'library-big',
  synonyms: ['install graph', 'add to library from store', 'marketplace', 'get agent', 'install agent'],
  unavailable: 'the store',
  input: z.object({
    store_listing_version_id: z.string().meta({ title: 'Version', description: 'The id of the version in the store.' }),
    agent_name: z.string().nullable().default(null).meta({ title: 'Name', description: 'A name for the graph in the library.' }),
  }),
  output: z.object({
    success: z.boolean().meta({ title: 'Success', description: 'Whether the graph is in the library.' }),
    library_agent_id: z.string().meta({ title: 'Library id', description: 'The id of the entry in the library.' }),
    agent_id: z.string().meta({ title: 'Graph id', description: 'The id of the graph.' }),
    agent_version: z.int().meta({ title: 'Graph version', description: 'The version of the graph.' }),
    agent_name: z.string().meta({ title: 'Name', description: 'The name of the graph.' }),
    message: z.string().meta({ title: 'Message', description: 'What was done.' }),
  }),
})
