/** Finds the target of the relation "next" in a Link header. Source: RFC 8288, section 3. */
export function findNextLink(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(/<([^>]*)>((?:[^,"]|"(?:[^"\\]|\\.)*")*)/g)) {
    const relations = readRelations(parameters)
    if (relations.includes('next')) return target
  }
  return undefined
}

function readRelations(parameters: string): string[] {
  for (const [, name = '', quoted, plain] of parameters.matchAll(/;\s*([^\s=;]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?/g))
    if (name.toLowerCase() === 'rel') return (quoted ?? plain ?? '').toLowerCase().split(/\s+/)
  return []
}
