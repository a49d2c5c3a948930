import type { AshlarFile, FileGraph } from './to-file.ts'

/**
 * Writes a graph file, so that equal files have equal texts and a change of a graph changes few lines: two spaces of
 * indentation, one line for each link, each input and each field of a node. It ends with a line feed.
 */
export function canonicalText({ graphs, ...root }: AshlarFile): string {
  const fields = graphFields(root, '  ')
  if (graphs) {
    const entries = Object.entries(graphs).map(([key, graph]) => [
      key,
      block(graphFields(graph, INDENT.repeat(3)), INDENT.repeat(2)),
    ])
    fields.push(['graphs', block(entries as Field[], INDENT)])
  }
  return `${block(fields, '')}\n`
}

const INDENT = '  '

/** A key and its value as text. */
type Field = [key: string, text: string]

function graphFields({ name, description, labels, document }: FileGraph, indent: string): Field[] {
  const { nodes, links, ...settings } = document
  const inside = indent + INDENT
  const ofNode = inside + INDENT
  const fields: Field[] = [
    [
      'nodes',
      list(
        nodes.map((node) => block(nodeFields(node, ofNode + INDENT), ofNode)),
        inside,
      ),
    ],
    ['links', list(links.map(inline), inside)],
    ...Object.entries(settings).map(([key, value]): Field => [key, inline(value)]),
  ]
  return [
    ['name', inline(name)],
    ['description', inline(description)],
    ['labels', inline(labels)],
    ['document', block(fields, indent)],
  ]
}

function nodeFields({ inputs, ...node }: FileGraph['document']['nodes'][number], indent: string): Field[] {
  const { id, block: name, ...rest } = node
  const pins = Object.entries(inputs).map(([pin, value]): Field => [pin, pretty(value, indent + INDENT)])
  return [
    ['id', inline(id)],
    ['block', inline(name)],
    ['inputs', block(pins, indent)],
    ...Object.entries(rest).map(([key, value]): Field => [key, inline(value)]),
  ]
}

function block(fields: readonly Field[], indent: string): string {
  if (fields.length === 0) return '{}'
  const lines = fields.map(([key, text]) => `${indent}${INDENT}${JSON.stringify(key)}: ${text}`)
  return `{\n${lines.join(',\n')}\n${indent}}`
}

function list(items: readonly string[], indent: string): string {
  return items.length === 0 ? '[]' : `[\n${items.map((item) => `${indent}${INDENT}${item}`).join(',\n')}\n${indent}]`
}

/** JSON in several lines, whose further lines start with `indent`. */
function pretty(value: unknown, indent: string): string {
  return JSON.stringify(value, null, INDENT.length).replaceAll('\n', `\n${indent}`)
}

/** JSON in one line, with a space after each colon and comma: `{ "x": 1, "y": 2 }`. */
function inline(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${inline(each)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
