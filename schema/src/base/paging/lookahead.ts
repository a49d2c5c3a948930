import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql'

/** Whether a request selects this field of the object that a resolver returns, directly or in a fragment. */
export function selectsField({ fieldNodes, fragments }: GraphQLResolveInfo, name: string): boolean {
  const seen = new Set<string>()
  const selects = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === name
      if (selection.kind === Kind.INLINE_FRAGMENT) return selects(selection.selectionSet)
      const fragment = selection.name.value
      if (seen.has(fragment)) return false
      seen.add(fragment)
      return selects(fragments[fragment]?.selectionSet)
    }) ?? false
  return fieldNodes.some((node) => selects(node.selectionSet))
}
