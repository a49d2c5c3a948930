import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'

/**
 * Renders a Jinja template with one value. Its variable is `name`, and also `value` for names that are not valid in a
 * template.
 *
 * @throws {Error} when the template does not parse or rendering fails
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
    setVariable(environment, name, value)
  }
  return environment
}

function setVariable(environment: Environment, name: string, value: unknown): void {
  // `set` rejects existing names, but a value may shadow the predefined `namespace`.
  environment.variables.delete(name)
  restoreDigits(environment.set(name, withoutBigInts(value)), value)
}

/** The library rejects bigints as input, but can print and compare a bigint that is stored in its own integer value. */
function withoutBigInts(value: unknown): unknown {
  if (typeof value === 'bigint') return 0
  if (Array.isArray(value)) return value.map(withoutBigInts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutBigInts(member)]))
}

function restoreDigits(variable: { value: unknown }, value: unknown): void {
  if (typeof value === 'bigint') variable.value = value
  if (typeof value !== 'object' || value === null) return
  const parts = variable.value as { value: unknown }[] | Map<string, { value: unknown }>
  for (const [key, part] of parts.entries()) restoreDigits(part, (value as Record<string | number, unknown>)[key])
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

function escapeTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
  if (Array.isArray(value)) return value.map(escapeTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, escapeTexts(member)]))
}
