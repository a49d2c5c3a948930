import { documentSchema, type GraphDocument } from '../graph/index.ts'
import type { JsonSchema } from '../../pins/index.ts'
import { createPlugin, type Block } from '../../blocks/index.ts'
import { compilePlan, type Plan } from '../plan.ts'
import type { NodeError } from '../scheduler.ts'

/** What a fake block does with its inputs: pairs in order, then success or a failure. Must be pure. */
type FakeRun = (inputs: Record<string, unknown>, attempt: number) => FakeResult

export interface FakeResult {
  pairs: [string, unknown][]
  error?: NodeError
  /** After how many pairs it sleeps, each time. */
  sleeps?: number[]
  /** After how many pairs it has its effect outside; it has none where this is left out. */
  acts?: number | undefined
}

export interface FakeBlock {
  run: FakeRun
  kind?: Block['kind']
  staticOutput?: boolean
  serial?: boolean
  /** Uses a capability that can be seen outside. */
  effectful?: boolean
  onCrash?: Block['onCrash']
  /** Uses the capability to sleep. */
  sleeps?: boolean
  inputs?: Record<string, JsonSchema>
}

/** Blocks without a sandbox, by the name by which a document names them as its nodes' `block`. */
export function fakeBlocks(fakes: Record<string, FakeBlock>): Map<string, Block> {
  const facts = { packageName: 'fake', version: '0', bundle: { digest: 'fake', code: '' }, builtin: true }
  const manifests = Object.entries(fakes).map(([name, fake]) => ({
    id: name,
    name,
    description: '',
    category: '',
    categories: [],
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
    outputSchema: { type: 'object', properties: {} },
    tests: [],
  }))
  return new Map(
    createPlugin(facts, { name: 'fake', providers: [], blocks: manifests }).blocks.map((block) => [block.name, block]),
  )
}

export function planOf(blocks: ReadonlyMap<string, Block>, document: GraphDocument): Plan {
  return compilePlan(document, ({ block }) => {
    const found = blocks.get(block)
    if (!found) throw new Error(`no fake block ${block}`)
    return found
  })
}

export function planWith(fakes: Record<string, FakeBlock>, document: unknown): Plan {
  return planOf(fakeBlocks(fakes), documentSchema.parse(document))
}
