import { sortPage, type Page, type PageRequest, type Position } from '../../base/index.ts'
import type { Block } from '../../blocks/index.ts'
import { isPinKind, type JsonSchema, type PinKind } from '../../pins/index.ts'

/** A block is in the list if it matches every given condition. */
export interface BlockFilter {
  /** Part of the name, the description or a synonym. Case-insensitive. */
  text?: string | undefined
  /** One of the categories of the block. Case-insensitive. */
  category?: string | undefined
  kinds?: readonly Block['kind'][] | undefined
  /** The package of its plugin. */
  packageName?: string | undefined
  /** The block has an input pin of this kind. */
  inputKind?: PinKind | undefined
  /** The block has an output pin of this kind. */
  outputKind?: PinKind | undefined
}

export type BlockOrderField = 'NAME' | 'CATEGORY'

export function listBlocks(blocks: readonly Block[], request: PageRequest<BlockFilter, BlockOrderField>): Page<Block> {
  const matching = blocks.filter(matchBlock(request.filter))
  return sortPage(matching, request, (block) => locateBlock(block, request.orderBy.field))
}

/** Returns the position of a block in a list. Blocks of one category are sorted by name. */
export function locateBlock({ id, qualifiedName, category }: Block, field: BlockOrderField): Position {
  return { value: field === 'NAME' ? qualifiedName : `${category} ${qualifiedName}`, id }
}

/** Returns a function that checks whether a block matches a filter. */
export function matchBlock({
  text,
  category,
  kinds,
  packageName,
  inputKind,
  outputKind,
}: BlockFilter): (block: Block) => boolean {
  const [part, group] = [text?.toLowerCase(), category?.toLowerCase()]
  return (block) =>
    (kinds === undefined || kinds.includes(block.kind)) &&
    (packageName === undefined || block.plugin.packageName === packageName) &&
    (group === undefined || [block.category, ...block.categories].some((each) => each.toLowerCase() === group)) &&
    (part === undefined || describe(block).toLowerCase().includes(part)) &&
    (inputKind === undefined || hasPin(block.inputSchema, inputKind)) &&
    (outputKind === undefined || hasPin(block.outputSchema, outputKind))
}

function describe({ qualifiedName, description, synonyms }: Block): string {
  return [qualifiedName, description, ...synonyms].join('\n')
}

function hasPin(root: JsonSchema, kind: PinKind): boolean {
  return Object.values(root.properties ?? {}).some((schema) => isPinKind(kind, schema, root))
}
