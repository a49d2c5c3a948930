import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { toScope, scopePin } from './scope.ts'

export const persist = defineBlock({
  id: '1d055e55-a2b9-4547-8311-907d05b0304d',
  name: 'persist',
  description: 'Store a value under a key for later executions.',
  category: 'STORAGE',
  synonyms: [
    'save',
    'set',
    'remember',
    'database',
    'data store',
    'key value store',
    'memory',
    'state',
    'global variable',
    'cache',
    'persist information',
  ],
  capabilities: { storage: ['graph', 'user'] },
  onCrash: 'retry', // setting the same value twice has the same result
  input: z.object({ key: z.string().min(1).max(200), value: z.unknown(), scope: scopePin }),
  output: z.object({ value: z.unknown() }),
  tests: [
    { input: { key: 'visits', value: 3 }, output: [['value', 3]] },
    { input: { key: 'who', value: { name: 'Ada' }, scope: 'across_agents' }, output: [['value', { name: 'Ada' }]] },
  ],
  async *run({ key, value, scope }, { storage }) {
    await storage.set(toScope(scope), key, value)
    yield ['value', value]
  },
})
