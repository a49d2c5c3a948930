import { parseArgs } from 'node:util'
import { UsageError, type CommandContext } from '../../command/command.ts'
import { createTerminal } from '../../command/terminal.ts'
import { writeNewKey, toPublicKey, defaultKeyFile } from './author-key.ts'

/** `ashlar plugin key [file] [--json]` */
export async function key(args: string[], { stdout, environment }: CommandContext): Promise<number> {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
  const [file = defaultKeyFile(environment), ...more] = positionals
  if (more.length > 0) throw new UsageError('specify one file')
  const facts = toPublicKey(await writeNewKey(file))
  if (values.json) stdout.write(`${JSON.stringify({ file, ...facts }, null, 2)}\n`)
  else {
    const terminal = createTerminal(stdout, environment)
    terminal.line(
      `${terminal.style('green', '✓')} ${terminal.style('bold', file)}  readable only by you: keep a copy in a safe place`,
    )
    terminal.line(`  ${terminal.style('dim', 'key id')}      ${facts.keyId}`)
    terminal.line(`  ${terminal.style('dim', 'public key')}  ${facts.publicKey}`)
  }
  return 0
}
