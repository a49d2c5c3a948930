import { randomUUID } from 'node:crypto'
import { glob, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Answers } from './create-answers.ts'
import { LICENSES } from './licenses.ts'
import { readVersions } from './versions.ts'

const FOLDER = fileURLToPath(new URL('../../../../plugin-template/', import.meta.url))
/** Names under which npm would not keep a file, or a tool take it for its own. */
const RENAMED: Record<string, string> = { gitignore: '.gitignore' }

/** The files of a new package, `[path, text]`, sorted. Every block has an id of its own. */
export async function packageFiles(answers: Answers): Promise<[path: string, text: string][]> {
  const uuids = new Map<string, string>()
  const values: Record<string, string> = { plugin: answers.plugin, title: answers.title }
  const fill = (text: string): string =>
    text.replaceAll(/\{\{([\w-]+)\}\}/g, (whole, name: string) => {
      if (!name.startsWith('uuid-')) return values[name] ?? whole
      const uuid = uuids.get(name) ?? randomUUID()
      uuids.set(name, uuid)
      return uuid
    })
  const files: [string, string][] = []
  for await (const found of glob('**/*.txt', { cwd: FOLDER })) {
    const path = found.replaceAll('\\', '/').slice(0, -'.txt'.length)
    if (path.endsWith('.test.ts') && answers.testing === undefined) continue
    files.push([RENAMED[path] ?? path, fill(await readFile(FOLDER + found, 'utf8'))])
  }
  files.push(['package.json', `${JSON.stringify(await packageFile(answers), null, 2)}\n`])
  files.push(['LICENSE', licenceText(answers)])
  return files.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function licenceText({ license, author }: Answers): string {
  return LICENSES[license].replace('{{copyright}}', () => `Copyright (c) ${new Date().getFullYear()} ${author}`)
}

async function packageFile({ packageName, title, license, sdk, testing }: Answers): Promise<object> {
  const versions = await readVersions()
  const test = testing === undefined ? {} : { '@ashlar/testing': testing, vitest: versions('vitest') }
  return {
    name: packageName,
    version: '0.1.0',
    description: `${title}: blocks for Ashlar.`,
    keywords: ['ashlar', 'ashlar-plugin'],
    license,
    type: 'module',
    files: ['src', 'README.md', 'LICENSE'],
    scripts: {
      check: 'ashlar plugin check',
      test: `ashlar plugin test${testing === undefined ? '' : ' && vitest run'}`,
      pack: 'ashlar plugin pack',
    },
    peerDependencies: { '@ashlar/sdk': `^${versions('@ashlar/sdk')}`, zod: `^${versions('zod')}` },
    devDependencies: {
      '@ashlar/sdk': sdk,
      ...test,
      typescript: versions('typescript'),
      zod: versions('zod'),
    },
    ashlar: { blocks: './src/index.ts' },
  }
}
