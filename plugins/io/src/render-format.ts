import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'

/**
 * Fills a Jinja template with one value, which it sees as `name` (and as `value`, for names that no template can spell).
 *
 * @throws {Error} when the template does not parse or cannot be filled in
 */
export function renderFormat(format: string, name: string, value: unknown, escapeHtml: boolean): string {
  const seen = escapeHtml ? escapeTexts(value) : value
  try {
    return String(new Interpreter(createEnvironment({ value: seen, [name]: seen })).run(parse(tokenize(format))).value)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`format must be a Jinja template, got ${JSON.stringify(format.slice(0, 100))}: ${reason}`, { cause: error })
  }
}

function createEnvironment(variables: Record<string, unknown>): Environment {
  const environment = new Environment()
  const constants = { true: true, false: false, none: null, True: true, False: false, None: null }
  for (const [name, value] of Object.entries({ ...constants, ...variables })) {
    // `set` refuses names that are taken; a value may shadow the predefined `namespace`.
    environment.variables.delete(name)
    environment.set(name, value)
  }
  return environment
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

function escapeTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
  if (Array.isArray(value)) return value.map(escapeTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, escapeTexts(member)]))
}
