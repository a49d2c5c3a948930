import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { CommandContext } from '../../command/command.ts'
import { createTerminal } from '../../command/terminal.ts'
import { documentPlugin } from './markdown.ts'
import { parseFolder, withDraft } from '../draft/draft.ts'
import { readPackageJson } from '../draft/package-files.ts'
import { withStatusLine } from '../draft/status-line.ts'

/** `ashlar plugin docs [folder] [--output docs.md] [--json]` */
export async function docs(args: string[], context: CommandContext): Promise<number> {
  const { stdout, stderr, environment } = context
  const options = { output: { type: 'string', short: 'o' }, json: { type: 'boolean' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const folder = parseFolder(positionals)
  const { json } = await readPackageJson(resolve(folder))
  const { plugin, markdown } = await withStatusLine(context, 'reading', () =>
    withDraft(folder, async (draft, workbench) => {
      const description = typeof json.description === 'string' ? json.description : ''
      const examples = await workbench.examples(draft)
      return { plugin: draft.plugin, markdown: documentPlugin(draft.plugin, examples, description) }
    }),
  )
  if (values.output !== undefined) await writeFile(values.output, markdown)
  const blocks = plugin.blocks.map(({ qualifiedName }) => qualifiedName)
  if (values.json) {
    const result = values.output === undefined ? { markdown } : { file: values.output }
    stdout.write(`${JSON.stringify({ packageName: plugin.packageName, version: plugin.version, blocks, ...result }, null, 2)}\n`)
  } else if (values.output === undefined) stdout.write(markdown)
  else createTerminal(stderr, environment).line(`✓ ${values.output}  ${blocks.length} blocks`)
  return 0
}
