import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

type Environment = Readonly<Record<string, string | undefined>>

/** A later file overrides an earlier one. */
const FILES = ['.env.default', '.env']

/**
 * Adds the variables in `.env.default` and `.env` to the environment. As with `process.loadEnvFile`, a variable that is already set
 * overrides the files, even if it is empty.
 *
 * @throws the error of the file system when a file exists but cannot be read
 */
export async function withEnvFiles(folder: string, environment: Environment): Promise<Environment> {
  const texts = await Promise.all(FILES.map((name) => readText(join(folder, name))))
  return Object.assign({}, ...texts.map((text) => parseEnv(text)), environment)
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    // Some tools keep a folder of this name.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')) return ''
    throw error
  }
}
