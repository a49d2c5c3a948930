import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { toScope, scopePin } from './scope.ts'

export const retrieve = defineBlock({
  id: 'd8710fc9-6e29-481e-a7d5-165eb16f8471',
  name: 'retrieve',
  description: 'Get the value that is stored under a key.',
  category: 'STORAGE',
  synonyms: [
    'load',
    'get',
    'recall',
    'read',
    'database',
    'data store',
    'key value store',
    'memory',
    'state',
    'global variable',
    'cache',
    'retrieve information',
  ],
  staticOutput: true,
  capabilities: { storage: ['graph', 'user'] },
  onCrash: 'retry', // the block only reads
  input: z.object({
    key: z.string().min(1).max(200),
    scope: scopePin,
    default_value: z.unknown().optional().meta({ description: 'Value to send if the key does not exist.' }),
  }),
  output: z.object({ value: z.unknown() }),
  tests: [
    { input: { key: 'visits', default_value: 0 }, output: [['value', 0]] },
    { input: { key: 'visits' }, output: [['value', null]] },
  ],
  async *run({ key, scope, default_value }, { storage }) {
    yield ['value', (await storage.get(toScope(scope), key)) ?? default_value ?? null]
  },
})
