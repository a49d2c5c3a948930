import { documentSchema } from '../../graph/index.ts'
import type { TaggedCase } from './cases.ts'

/** Removes nodes, links and settings as long as the case still fails. */
export function shrink(given: TaggedCase, fails: (smaller: TaggedCase) => boolean): TaggedCase {
  for (const smaller of smallerCases(given)) if (fails(smaller)) return shrink(smaller, fails)
  return given
}

function* smallerCases(given: TaggedCase): Generator<TaggedCase> {
  const { document } = given
  const { nodes, links } = document
  for (const { id } of nodes.toReversed()) {
    const isOther = (end: string): boolean => !end.startsWith(`${id}.`)
    yield withDocument(given, {
      ...document,
      nodes: nodes.filter((node) => node.id !== id),
      links: links.filter(({ from, to }) => isOther(from) && isOther(to)),
    })
  }
  for (const link of links) yield withDocument(given, { ...document, links: links.filter((each) => each !== link) })
  for (const node of nodes)
    for (const field of ['loop', 'retry', 'scope'] as const) {
      if (node[field] === undefined) continue
      const { [field]: _, ...rest } = node
      yield withDocument(given, { ...document, nodes: nodes.map((each) => (each === node ? rest : each)) })
    }
  for (const [name, block] of Object.entries(given.blocks))
    for (const i of block.does?.keys() ?? [])
      yield { ...given, blocks: { ...given.blocks, [name]: { ...block, does: block.does?.toSpliced(i, 1) ?? [] } } }
  for (const [name, block] of Object.entries(given.blocks))
    for (const [i, action] of (block.does ?? []).entries()) {
      if (action.when) {
        const { when: _, ...rest } = action
        yield { ...given, blocks: { ...given.blocks, [name]: { ...block, does: block.does?.with(i, rest) ?? [] } } }
      }
      if ('each' in action) {
        const size = (action.each as { $range?: number }).$range ?? 0
        if (size > 1)
          yield {
            ...given,
            blocks: {
              ...given.blocks,
              [name]: { ...block, does: block.does?.with(i, { ...action, each: { $range: size - 1 } }) ?? [] },
            },
          }
      }
    }
}

function withDocument(given: TaggedCase, document: TaggedCase['document']): TaggedCase {
  return { ...given, document: documentSchema.parse(document) }
}

/** The case as a person reads it. */
export function showCase({ document, blocks, seed }: TaggedCase): string {
  const { nodes, links, ...settings } = document
  const lines = nodes.map(({ id, block, inputs, ...rest }) => {
    const { position: _, title: __, ...others } = rest
    const { does, ...marks } = blocks[block] ?? {}
    return `  ${id}: ${[inputs, others, marks]
      .map((each) => JSON.stringify(each))
      .filter((text) => text !== '{}')
      .join(' ')}\n      ${JSON.stringify(does ?? [])}`
  })
  const shown = links.map(({ from, to, carry }) => `  ${from} ${carry ? '=>' : '->'} ${to}`)
  return [`seed ${seed} ${JSON.stringify(settings)}`, ...lines, ...shown].join('\n')
}
