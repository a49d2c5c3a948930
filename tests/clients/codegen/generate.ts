import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { preset } from '@graphql-codegen/client-preset'
import { codegen } from '@graphql-codegen/core'
import { buildSchema, parse } from 'graphql'

const SCHEMA = new URL('../../../schema/schema.graphql', import.meta.url)
const USAGE = new URL('usage.ts.txt', import.meta.url)
const PACKAGES = fileURLToPath(new URL('../node_modules', import.meta.url))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/*
 * Generates the types of the documents in usage.ts with the client preset of GraphQL Code Generator, as its command
 * does:
 *
 *     node generate.ts <folder> string|documentNode
 *
 * The folder then contains the types, usage.ts, and settings for the compiler. It is a program because importing the
 * generator opens the standard streams, which a test must not leave open.
 */
async function generate(folder: string, documentMode: string): Promise<void> {
  const usage = await readFile(USAGE, 'utf8')
  const sdl = await readFile(SCHEMA, 'utf8')
  const outputs = await preset.buildGeneratesSection({
    baseOutputDir: 'gql/',
    schema: parse(sdl),
    schemaAst: buildSchema(sdl),
    documents: Array.from(usage.matchAll(/graphql\(`([^`]*)`\)/g), ([, text = ''], index) => ({
      location: `${index}.graphql`,
      document: parse(text),
      rawSDL: text,
    })),
    config: { documentMode, useTypeImports: true, importExtension: '.ts', scalars: SCALARS },
    presetConfig: {},
    plugins: [],
    pluginMap: {},
  })
  await mkdir(join(folder, 'gql'))
  for (const output of outputs) await writeFile(join(folder, output.filename), await codegen(output))
  await writeFile(join(folder, 'usage.ts'), usage)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  await symlink(PACKAGES, join(folder, 'node_modules'))
}

/** The JSON of the scalars, see their descriptions. */
const SCALARS = { JSON: 'unknown', DateTime: 'string', Base64: 'string' }

/** The settings of this repository, for code that runs in a browser. */
const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: { types: [], lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'] },
  include: ['.'],
  exclude: ['node_modules'],
}

if (import.meta.main) await generate(process.argv[2] ?? '', process.argv[3] ?? '')
