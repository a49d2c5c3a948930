import { access } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { AshlarError, errorMessage, parseJson, type JsonSchema } from '@ashlar/core'
import { readText, type GraphFile } from './graph-file.ts'

/**
 * Returns the inputs of an execution. Inputs of the command line (`name=value`, `name=@path`) override those of the
 * graph file.
 *
 * A text remains text if the input schema of the graph has the type string. Otherwise it is parsed as JSON, and remains
 * text if it is not valid JSON.
 *
 * @throws {AshlarError} BAD_INPUT
 */
export async function resolveInputs(
  file: Pick<GraphFile, 'inputs' | 'path'>,
  given: readonly string[],
  schema: JsonSchema,
): Promise<Record<string, unknown>> {
  const inputs = new Map<string, unknown>()
  for (const each of given) {
    const { name, text } = await parseInputOption(each)
    inputs.set(name, toInputValue(text, name, schema))
  }
  for (const [name, value] of Object.entries(file.inputs)) {
    if (!inputs.has(name)) inputs.set(name, await resolveDefault(name, value, file.path, schema))
  }
  return Object.fromEntries(inputs)
}

/** Parses `name=value` or `name=@path`. `name=@@value` is a value that starts with `@`. */
async function parseInputOption(given: string): Promise<{ name: string; text: string }> {
  const [, name, at, rest = ''] = /^([^=]+)=(@?)(.*)$/s.exec(given) ?? []
  if (name === undefined)
    throw new AshlarError('BAD_INPUT', `--input must be name=value or name=@path, got ${JSON.stringify(given)}`)
  return { name, text: at === '' || rest.startsWith('@') ? rest : await readText(rest) }
}

async function resolveDefault(name: string, value: unknown, path: string, schema: JsonSchema): Promise<unknown> {
  const reference = fileReference(value)
  return reference === undefined ? value : toInputValue(await readText(await findFile(reference, path), reference), name, schema)
}

function fileReference(value: unknown): string | undefined {
  const isReference = typeof value === 'object' && value !== null && '$file' in value && Object.keys(value).length === 1
  return isReference && typeof value.$file === 'string' ? value.$file : undefined
}

/** Finds a file relative to the graph file, or in a dependency of the gateway: `vega-datasets/data/cars.json`. */
async function findFile(reference: string, graphPath: string): Promise<string> {
  const beside = resolve(dirname(graphPath), reference)
  if (await exists(beside)) return beside
  const [, packageName, inside] = /^((?:@[\w.-]+\/)?[\w-][\w.-]*)\/(.+)$/.exec(reference) ?? []
  const folder = packageName === undefined ? undefined : packageFolder(packageName)
  return folder === undefined || inside === undefined ? beside : join(folder, inside)
}

function packageFolder(name: string): string | undefined {
  try {
    const manifest = findPackageJSON(name, import.meta.url)
    return manifest && dirname(manifest)
  } catch {
    return undefined // the package does not exist
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function toInputValue(text: string, name: string, schema: JsonSchema): unknown {
  if (schema.properties?.[name]?.type === 'string') return text
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof RangeError)
      throw new AshlarError('BAD_INPUT', `input "${name}" contains a number that is too large: ${errorMessage(error)}`, {
        cause: error,
      })
    return text
  }
}
