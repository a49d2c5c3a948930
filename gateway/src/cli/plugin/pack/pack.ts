import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { CommandContext } from '../../command/command.ts'
import { createTerminal, type Terminal } from '../../command/terminal.ts'
import { size } from '../check/bundle-findings.ts'
import { parseFolder } from '../draft/draft.ts'
import { packPlugin, type PackedPlugin } from './packed.ts'
import { withStatusLine } from '../draft/status-line.ts'

/** `ashlar plugin pack [folder] [--output file.tgz] [--json]` */
export async function pack(args: string[], context: CommandContext): Promise<number> {
  const { stdout, environment } = context
  const options = { output: { type: 'string', short: 'o' }, json: { type: 'boolean' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const folder = parseFolder(positionals)
  const packed = await withStatusLine(context, 'packing', () => packPlugin(folder))
  const { packageName, version, tarball, entries, sha256, integrity } = packed
  const file = values.output ?? `${packageName.replace(/^@/, '').replace('/', '-')}-${version}.tgz`
  await writeFile(file, tarball)
  const files = entries.map(({ path, bytes }) => ({ path, bytes: bytes.length })).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const facts = { file, packageName, version, bytes: tarball.length, sha256, integrity, files }
  if (values.json) stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
  else printPacked(createTerminal(stdout, environment), file, packed)
  return 0
}

function printPacked(terminal: Terminal, file: string, { entries, tarball, sha256, integrity }: PackedPlugin): void {
  terminal.line(
    `${terminal.style('green', '✓')} ${terminal.style('bold', file)}  ${entries.length} files, ${size(tarball.length)}`,
  )
  terminal.line(`  ${terminal.style('dim', 'sha256')}     ${sha256}`)
  terminal.line(`  ${terminal.style('dim', 'integrity')}  ${integrity}`)
}
