import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPackages } from './build-packages.ts'

/*
 * Generates docs/plugins/reference.md from the types that authors install: every export of both packages with its
 * docstring, and every property of interfaces. TypeScript 7 has no API for this, so this script reads the declarations
 * that the compiler prints: each starts at the start of a line, and its content is indented.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = join(ROOT, 'docs/plugins/reference.md')

const HEAD = `# Reference

Everything that \`@ashlar/sdk\` and \`@ashlar/testing\` export. \`node tests/release/reference.ts\` generates this page from their types.
`

interface Declaration {
  name: string
  doc: string
  code: string
}

/** Returns the text of the page. */
export async function makeReference(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-reference-'))
  try {
    await buildPackages(folder)
    const dist = join(folder, 'sdk', 'dist')
    const sdk = [...(await readExports(dist, 'index.d.ts')), await readPinMeta(join(dist, 'block.d.ts'))]
    const types = await readDeclarations(join(folder, 'testing', 'dist', 'types.d.ts'))
    const testing = [...(await readDeclarations(join(folder, 'testing', 'dist', 'index.d.ts'))), ...types]
    const text = [HEAD, renderPackage('@ashlar/sdk', sdk), renderPackage('@ashlar/testing', testing)].join('\n')
    return await format(join(folder, 'reference.md'), text)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Formats text with the settings of this workspace, and wraps its prose. */
async function format(file: string, text: string): Promise<string> {
  const settings = JSON.parse(await readFile(join(ROOT, '.oxfmtrc.json'), 'utf8')) as object
  const config = join(dirname(file), 'oxfmt.json')
  await writeFile(config, JSON.stringify({ ...settings, printWidth: 120, proseWrap: 'always' }))
  await writeFile(file, text)
  const formatter = join(ROOT, 'node_modules/oxfmt/bin/oxfmt')
  execFileSync(process.execPath, [formatter, '-c', config, file], { stdio: 'pipe' })
  return readFile(file, 'utf8')
}

/** Returns the named exports of an index, in order. Follows exports from the index of a subfolder. */
async function readExports(folder: string, index: string): Promise<Declaration[]> {
  const text = await readFile(join(folder, index), 'utf8')
  const found: Declaration[] = []
  for (const [, names = '', file = ''] of text.matchAll(/^export (?:type )?\{([^}]*)\} from '\.\/(.+)\.ts';$/gm)) {
    const source = join(folder, `${file}.d.ts`)
    const declarations = file.endsWith('/index')
      ? await readExports(dirname(source), 'index.d.ts')
      : await readDeclarations(source)
    for (const name of names.split(',').map((each) => each.trim()))
      found.push(...declarations.filter((each) => each.name === name))
  }
  return found
}

/** Returns the members that the SDK adds to the `.meta(…)` of zod. */
async function readPinMeta(file: string): Promise<Declaration> {
  const text = await readFile(file, 'utf8')
  const [, doc = '', body = ''] = /\/\*\*((?:(?!\*\/)[^])*)\*\/\ndeclare module 'zod' \{\n([^]*?)\n\}/.exec(text) ?? []
  return { name: 'GlobalMeta', doc: stripStars(doc), code: indented(body.replaceAll(/^ {4}/gm, '')) }
}

/** Replaces an indent of four spaces with two. */
function indented(code: string): string {
  return code.trim().replaceAll(/^( {4})+/gm, (indent) => ' '.repeat(indent.length / 2))
}

const DECLARATION =
  /(?:^\/\*\*(?<doc>(?:(?!\*\/)[^])*)\*\/\n)?^export (?:declare )?(?:function|interface|type|const) (?<name>\w+)[^]*?(?=^(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?(?:export|import|declare|type|interface|const) |$(?![^]))/gm

async function readDeclarations(file: string): Promise<Declaration[]> {
  const text = await readFile(file, 'utf8')
  return Array.from(text.matchAll(DECLARATION), ({ 0: whole, groups: { name = '', doc = '' } = {} }) => {
    const code = whole.slice(whole.search(/^export/m)).replace(/^export (declare )?/, '')
    return { name, doc: stripStars(doc), code: indented(code) }
  })
}

/** Removes the stars of a comment. */
function stripStars(doc: string): string {
  const lines = doc.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
  return lines.join('\n').trim()
}

function renderPackage(name: string, declarations: readonly Declaration[]): string {
  const known = new Set(declarations.map((each) => each.name))
  return [`## \`${name}\`\n`, ...declarations.map((each) => renderDeclaration(each, known))].join('\n')
}

function renderDeclaration({ name, doc, code }: Declaration, known: ReadonlySet<string>): string {
  const head = `### ${name}\n${doc === '' ? '' : `\n${renderProse(doc, known)}\n`}`
  const isInterface = code.startsWith('interface ')
  const [first = ''] = code.split('\n')
  return `${head}\n\`\`\`ts\n${isInterface ? first.replace(/ \{\}?$/, '') : code}\n\`\`\`\n${isInterface ? renderMembers(code, known) : ''}`
}

const MEMBER = /(?:^ {2}\/\*\*(?<doc>(?:(?!\*\/)[^])*)\*\/\n)?^ {2}(?<code>[\w'[(][^]*?;)$(?=\n(?: {2}[^\s}]|\}))/gm

function renderMembers(code: string, known: ReadonlySet<string>): string {
  const members = Array.from(code.matchAll(MEMBER), ({ groups: { doc = '', code: member = '' } = {} }) => {
    const type = member
      .replace(/^readonly /, '')
      .replace(/;$/, '')
      .replaceAll(/\s+/g, ' ')
    const text = renderProse(stripStars(doc), known).replaceAll(/\s+/g, ' ')
    return `- \`${type}\`${text === '' ? '' : `: ${text}`}`
  })
  return `\n${members.join('\n')}\n`
}

/** Converts tags to sentences, and links to other declarations to links within the page. */
function renderProse(doc: string, known: ReadonlySet<string>): string {
  return doc
    .replaceAll(/\{@link (\w+)\}/g, (_, name: string) => (known.has(name) ? `[${name}](#${name.toLowerCase()})` : name))
    .replaceAll('@default', '_Default:_')
    .replaceAll(/@throws \{(\w+)\}/g, '_Throws_ $1')
    .replaceAll('@returns', '_Returns_')
    .replaceAll(/@param (\w+)/g, '_$1_:')
    .replaceAll(/[ \t]+$/gm, '')
    .trim()
}

if (import.meta.main) await writeFile(PAGE, await makeReference())
