import fc from 'fast-check'
import { documentSchema, findFlowFaults, type GraphDocument } from '../../graph/index.ts'
import { fakeBlocks } from '../fake-blocks.ts'
import { isDefined, type ScriptedBlock } from '../reference/index.ts'
import { Builder } from './builder.ts'
import { toFakes } from './fakes.ts'
import { addOutput, buildRegion } from './regions.ts'
import { Tape } from './tape.ts'

/** A random graph with loops, and all other random decisions of its execution. */
export interface TaggedCase {
  document: GraphDocument
  blocks: Record<string, ScriptedBlock>
  /** Determines the order in which active runs continue. */
  seed: number
}

/** Some of them are not valid. */
export function taggedCases(): fc.Arbitrary<TaggedCase> {
  return fc
    .record({ numbers: fc.array(fc.nat(99_999), { minLength: 20, maxLength: 260, size: 'max' }), seed: fc.nat(1_000_000) })
    .map(({ numbers, seed }) => buildCase(numbers, seed))
}

function buildCase(numbers: readonly number[], seed: number): TaggedCase {
  const tape = new Tape(numbers)
  const settings = {
    pairing: 'TAGGED' as const,
    onUnhandledError: tape.often(70) ? ('CONTINUE' as const) : ('FAIL' as const),
    concurrency: 1 + tape.below(8),
    budget: tape.often(3) ? 1 + tape.below(8) : 60,
  }
  const isWild = tape.often(20)
  const graph = new Builder(tape)
  const start = graph.add('s', { does: [{ yield: 'out', value: 1 }] })
  graph.offer(`${start}.out`, [])
  buildRegion(graph, [], 0)
  addOutput(graph)
  if (isWild) addWildLinks(graph)
  const { nodes, links, blocks } = graph
  return { document: documentSchema.parse({ ...settings, nodes, links }), blocks, seed }
}

/** Links between any nodes, which give other cycles and other meetings of loops. */
function addWildLinks({ tape, nodes, links, sources }: Builder): void {
  const plain = nodes.filter(({ id }) => /^[nhkgr]/.test(id))
  for (let i = 0; i <= tape.below(3); i++) {
    const [source, sink] = [tape.pick(sources), tape.pick(plain)]
    if (source && sink) links.push({ from: source.end, to: `${sink.id}.${tape.pick(['a', 'b', 'c']) ?? 'a'}` })
  }
}

export function isValid({ document, blocks }: TaggedCase): boolean {
  const found = fakeBlocks(toFakes(blocks))
  return findFlowFaults(document, ({ block }) => found.get(block)).length === 0 && isDefined(document, blocks)
}
