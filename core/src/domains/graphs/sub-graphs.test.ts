import { expect, it } from 'vitest'
import { buildPlugin } from '../../blocks/index.ts'
import type { GraphVersion } from './entities.ts'
import { blockWithPins } from './sub-graphs.ts'

const facts = { packageName: 'p', version: '1.0.0', builtin: true, bundle: { digest: 'd', code: '' } }
const manifest = {
  id: 'aaaaaaaa-0000-4000-8000-000000000001',
  name: 'run',
  description: '',
  category: '',
  categories: [],
  synonyms: [],
  icon: 'box',
  costs: [],
  kind: 'graph' as const,
  staticOutput: false,
  serial: false,
  onCrash: 'fail' as const,
  tests: [],
  capabilities: {},
  inputSchema: { type: 'object', properties: { graph_id: { type: 'string' } } },
  outputSchema: { type: 'object', properties: {} },
}
const [block] = buildPlugin(facts, { name: 'graph', providers: [], blocks: [manifest] }).blocks
const node = { id: 'n', block: 'graph/run', inputs: {} }

it('an output that is many in the graph is many in the node', () => {
  const version = {
    inputSchema: { type: 'object', properties: { last: { type: 'string', latest: true } } },
    outputSchema: {
      type: 'object',
      properties: {
        row: { type: 'array', items: { type: 'string' }, many: true },
        total: { type: 'array', items: { type: 'number' } },
      },
    },
  } as unknown as GraphVersion
  expect(block && blockWithPins(block, node, version)).toMatchObject({
    outputSchema: { properties: { row: { type: 'string', many: true }, total: { type: 'number' } } },
    outputPins: new Set(['row', 'total']),
    manyPins: new Set(['row']),
    latestPins: new Set(['last']),
  })
})
