import { documentSchema, type GraphDocument } from '../graph/index.ts'
import type { JsonSchema } from '../../pins/index.ts'
import { buildPlugin, type Block } from '../../blocks/index.ts'
import { compilePlan, type Plan } from '../plan/index.ts'
import type { NodeError } from '../decisions.ts'

/** What a fake block yields for its inputs: pairs in order, then success or a failure. Must be pure. */
type FakeRun = (inputs: Record<string, unknown>, attempt: number) => FakeResult

export interface FakeResult {
  /** `k`: the iteration, if the block states it. */
  pairs: [pin: string, value: unknown, k?: number][]
  error?: NodeError
  /** The numbers of pairs after which it sleeps. */
  sleeps?: number[]
  /** The number of pairs after which it has its external effect; none if absent. */
  acts?: number | undefined
  /** Never ends after its pairs. */
  hangs?: boolean
}

export interface FakeBlock {
  run: FakeRun
  kind?: Block['kind']
  staticOutput?: boolean
  serial?: boolean
  /** Uses a capability with external effects. */
  effectful?: boolean
  onCrash?: Block['onCrash']
  /** Uses the capability `sleep`. */
  sleeps?: boolean
  inputs?: Record<string, JsonSchema>
  outputs?: Record<string, JsonSchema>
}

/** Creates blocks without a sandbox, by the name that documents use as the `block` of their nodes. */
export function fakeBlocks(fakes: Record<string, FakeBlock>): Map<string, Block> {
  const facts = { packageName: 'fake', version: '0', bundle: { digest: 'fake', code: '' }, builtin: true }
  const manifests = Object.entries(fakes).map(([name, fake]) => ({
    id: name,
    name,
    description: '',
    category: '',
    categories: [],
    synonyms: [],
    icon: 'box',
    costs: [],
    kind: fake.kind ?? ('standard' as const),
    staticOutput: fake.staticOutput ?? false,
    serial: fake.serial ?? false,
    capabilities: {
      ...(fake.effectful && { storage: ['graph' as const] }),
      ...(fake.sleeps && { sleep: true as const }),
    },
    onCrash: fake.onCrash ?? ('fail' as const),
    inputSchema: { type: 'object', properties: fake.inputs ?? {} },
    outputSchema: { type: 'object', properties: fake.outputs ?? {} },
    tests: [],
  }))
  return new Map(
    buildPlugin(facts, { name: 'fake', providers: [], blocks: manifests }).blocks.map((block) => [block.name, block]),
  )
}

export function toPlan(blocks: ReadonlyMap<string, Block>, document: GraphDocument): Plan {
  return compilePlan(document, ({ block }) => {
    const found = blocks.get(block)
    if (!found) throw new Error(`no fake block ${block}`)
    return found
  })
}

/** @param document pairs values in the order of arrival unless it states another pairing */
export function planWith(fakes: Record<string, FakeBlock>, document: object): Plan {
  return toPlan(fakeBlocks(fakes), documentSchema.parse({ pairing: 'FIFO', ...document }))
}
