// Each run evaluates the plugin in a new context, and the parser is more than 90 % of it. Most runs do not need it.

type Parser = typeof import('./syntax.ts')

function load(): Promise<Parser> {
  return import('./syntax.ts')
}

export async function findSyntaxFault(...parts: Parameters<Parser['findSyntaxFault']>): Promise<string | undefined> {
  return (await load()).findSyntaxFault(...parts)
}

export async function returnLast(code: string): Promise<string> {
  return (await load()).returnLast(code)
}
