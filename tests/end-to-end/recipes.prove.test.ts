import { access, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ashlar, createTestFolder, type Ended, type TestFolder } from './ashlar.ts'
import { codeBoxes } from './markdown.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const PACKAGE = {
  name: 'ashlar-plugin-recipes',
  version: '1.0.0',
  description: 'The recipes of the documentation.',
  license: 'MIT',
  type: 'module',
  files: ['src'],
  dependencies: { '@noble/hashes': '^2.0.0' },
  ashlar: { blocks: './src/index.ts' },
}

/** The dependencies that an installation would provide, from this workspace. */
const MODULES: Record<string, string> = {
  '@ashlar/sdk': 'plugins/sdk',
  '@noble/hashes': 'core/node_modules/@noble/hashes',
  typescript: 'node_modules/typescript',
  zod: 'plugins/sdk/node_modules/zod',
}

let folder: TestFolder
beforeAll(async () => {
  folder = await createTestFolder()
  await write('package.json', JSON.stringify(PACKAGE))
  await copyFile(join(ROOT, 'gateway/plugin-template/tsconfig.json.txt'), join(folder.path, 'tsconfig.json'))
  await copyFile(join(ROOT, 'LICENSE'), join(folder.path, 'LICENSE'))
  for (const [name, path] of Object.entries(MODULES)) {
    await mkdir(dirname(join(folder.path, 'node_modules', name)), { recursive: true })
    await symlink(join(ROOT, path), join(folder.path, 'node_modules', name), 'junction')
  }
  const page = await readFile(join(ROOT, 'docs/plugins/recipes.md'), 'utf8')
  for (const { facts, text } of codeBoxes(page)) if (facts.file !== undefined) await write(facts.file, text)
})
afterAll(() => folder.remove())

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder.path, path)), { recursive: true })
  await writeFile(join(folder.path, path), text)
}

function plugin(command: string): Promise<Ended> {
  return ashlar(['plugin', command, folder.path, '--json'], {})
}

describe('docs/plugins/recipes.md', () => {
  it('contains blocks that compile without faults', async () => {
    const { stdout } = await plugin('check')
    const { findings } = JSON.parse(stdout) as { findings: { level: string; code: string }[] }
    expect(findings.filter(({ level }) => level !== 'hint')).toEqual([])
    expect(findings.map(({ code }) => code)).not.toContain('TYPES_UNCHECKED')
  })

  it('contains blocks that pass their tests', async () => {
    const { stdout } = await plugin('test')
    const { total, results } = JSON.parse(stdout) as { total: number; results: { difference: string | null }[] }
    expect(results.filter(({ difference }) => difference !== null)).toEqual([])
    expect(total).toBeGreaterThan(12)
  })
})

describe.each(['tutorial', 'recipes', 'limits'])('docs/plugins/%s.md', (name) => {
  it('links to existing files', async () => {
    const page = await readFile(join(ROOT, 'docs/plugins', `${name}.md`), 'utf8')
    const links = Array.from(page.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, link = '']) => link)
    expect(links).not.toEqual([])
    await Promise.all(links.map((link) => access(join(ROOT, 'docs/plugins', link))))
  })
})
