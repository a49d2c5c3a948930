import type { ImportReport, TransferChange } from '../../client/index.ts'
import { plain, type Terminal } from '../command/terminal.ts'

/**
 * Prints what a user has to do before the imported graphs can run, and how many parts have another form.
 *
 * @param existing the providers for which the user has credentials
 */
export function showImportReport(
  { graphs, missingBlocks, providerNames: used }: ImportReport,
  existing: ReadonlySet<string>,
  terminal: Terminal,
): void {
  const providerNames = used.filter((provider) => !existing.has(provider))

  const count = (items: readonly unknown[], what: string): string => `${items.length} ${what}${items.length === 1 ? '' : 's'}`
  const nodes = graphs.flatMap((graph) => graph.nodes)
  terminal.line(`Imported ${count(graphs, 'graph')} with ${count(nodes, 'node')}.`)
  for (const { graph } of graphs.slice(1)) terminal.line(`  ${graph.id}  ${plain(graph.name)}`)
  for (const { block, name, reason, count: times } of missingBlocks)
    terminal.line(
      `${terminal.style('yellow', 'missing')} ${plain(`${name ?? block} in ${times} node${times === 1 ? '' : 's'}: ${reason}`)}`,
    )
  if (providerNames.length > 0)
    terminal.line(
      `${terminal.style('yellow', 'missing')} credentials, if the nodes use these providers: ${providerNames.map(plain).join(', ')}. To add one: ashlar credential add <provider>`,
    )
  const changes = graphs.flatMap((graph) => [...graph.changes, ...graph.nodes.flatMap((node) => node.changes)])
  const counted = COUNTED.map(([kind, text]) => [text, changes.filter((change) => change.kind === kind).length] as const)
  const some = counted.filter(([, times]) => times > 0).map(([text, times]) => `${text}: ${times}`)
  if (some.length > 0) terminal.line(`Parts of the file ${some.join(', ')}. To list them, use --json.`)
}

const COUNTED: readonly [TransferChange['kind'], string][] = [
  ['MAPPED', 'with another form'],
  ['RECOMPUTED', 'computed again'],
  ['DROPPED', 'left out'],
]

/** Prints each difference between a graph and its form in another format. */
export function showChanges(changes: readonly TransferChange[], terminal: Terminal): void {
  for (const { kind, path, message } of changes)
    terminal.line(`${terminal.style('yellow', kind.toLowerCase())} ${plain(`${path.join('.')}: ${message}`)}`)
}
