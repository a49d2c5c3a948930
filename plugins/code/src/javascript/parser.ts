// Each run evaluates the plugin in a new context, and the parser is more than 90 % of it. Most runs do not need it.

export async function findSyntaxFault(code: string, names: readonly string[]): Promise<string | undefined> {
  const parser = await import('./syntax.ts')
  return parser.findSyntaxFault(code, names)
}

export async function returnLast(code: string): Promise<string> {
  const parser = await import('./syntax.ts')
  return parser.returnLast(code)
}
