import { Kind, visit, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql'
import { LIMITS, limitExceeded } from './limits.ts'

/**
 * Checks a parsed query before it is validated, because validation takes quadratic time in some of these numbers. Takes
 * linear time: each fragment is measured once. Fragments that contain themselves are left to the validation.
 *
 * @throws {AshlarError} LIMIT_EXCEEDED
 */
export function assertDocument(document: DocumentNode): void {
  const counts = countParts(document)
  assertCount('operations', counts.operations, 'operations', 'Send them in several requests.')
  assertCount('fragments', counts.fragments, 'fragments', 'Combine fragments.')
  assertCount('directives', counts.directives, 'directives', 'Send several requests.')
  assertCount('aliases', counts.aliases, 'aliases', 'Use lists or several requests instead of aliases.')
  assertSelections(document)
}

function countParts(document: DocumentNode) {
  const counts = { operations: 0, fragments: 0, directives: 0, aliases: 0 }
  visit(document, {
    OperationDefinition: () => void counts.operations++,
    FragmentDefinition: () => void counts.fragments++,
    Directive: () => void counts.directives++,
    Field: ({ alias }) => void (alias && counts.aliases++),
  })
  return counts
}

/** The size of a selection, through its fragments. */
interface Measure {
  depth: number
  /** The fields of the selection itself. */
  fields: number
}

function assertSelections(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const known = new Map<string, Measure>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const { depth, fields } = measure(definition.selectionSet, fragments, known)
    assertCount('depth', depth, 'levels of fields', 'Load inner objects by their ids, with further requests.')
    assertCount('rootFields', fields, 'fields at its root', 'Send several requests.')
  }
}

function measure(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  known: Map<string, Measure>,
): Measure {
  const total = { depth: 0, fields: 0 }
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const inner = selection.selectionSet ? measure(selection.selectionSet, fragments, known).depth : 0
      total.depth = Math.max(total.depth, inner + 1)
      total.fields++
      continue
    }
    const spread =
      selection.kind === Kind.INLINE_FRAGMENT
        ? measure(selection.selectionSet, fragments, known)
        : measureFragment(selection.name.value, fragments, known)
    total.depth = Math.max(total.depth, spread.depth)
    total.fields += spread.fields
  }
  return total
}

function measureFragment(
  name: string,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  known: Map<string, Measure>,
): Measure {
  const found = known.get(name)
  if (found) return found
  known.set(name, { depth: 0, fields: 0 }) // ends the recursion of a fragment that contains itself
  const definition = fragments.get(name)
  const measured = definition ? measure(definition.selectionSet, fragments, known) : { depth: 0, fields: 0 }
  known.set(name, measured)
  return measured
}

function assertCount(limit: keyof typeof LIMITS, value: number, unit: string, advice: string): void {
  if (value > LIMITS[limit]) throw limitExceeded(limit, { subject: 'the query', unit, value, advice })
}
