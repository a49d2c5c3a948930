import { listCapabilities, type Block, type Example, type JsonSchema, type Plugin, type Provider } from '@ashlar/core'
import { tellType } from './type-text.ts'

/** A plugin for those who use its blocks, in Markdown. */
export function documentPlugin(plugin: Plugin, examples: readonly Example[], description: string): string {
  const { packageName, version, blocks, providers } = plugin
  const parts = [
    `# ${packageName} ${version}`,
    description,
    ...blocks.map((block) =>
      documentBlock(
        block,
        examples.find((each) => each.block === block.qualifiedName),
      ),
    ),
    ...(providers.length > 0 ? ['## Services', ...providers.map(documentProvider)] : []),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function documentBlock(block: Block, example: Example | undefined): string {
  const groups = [block.category, ...block.categories].join(', ')
  return [
    `## ${block.qualifiedName}`,
    escape(block.description),
    `Category: ${escape(groups)}`,
    documentPins('Inputs', block.inputSchema),
    documentPins('Outputs', block.outputSchema),
    documentFacts(block),
    example ? documentExample(example) : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function documentPins(title: string, schema: JsonSchema): string {
  const pins = Object.entries(schema.properties ?? {})
  if (pins.length === 0) return `### ${title}\n\nNone.`
  const isInput = title === 'Inputs'
  const rows = pins.map(([name, pin]) => {
    const needed = schema.required?.includes(name) && pin.default === undefined ? 'yes' : ''
    const usual = pin.default === undefined ? '' : code(JSON.stringify(pin.default))
    const cells = [code(name), code(tellType(pin, schema)), ...(isInput ? [needed, usual] : []), aboutPin(pin)]
    return `| ${cells.join(' | ')} |`
  })
  const heads = ['pin', 'type', ...(isInput ? ['required', 'default'] : []), 'what it is']
  return [`### ${title}`, '', `| ${heads.join(' | ')} |`, `| ${heads.map(() => '---').join(' | ')} |`, ...rows].join('\n')
}

function aboutPin(pin: JsonSchema): string {
  const { title, description, examples = [], advanced, secret } = pin as JsonSchema & PinMeta
  const shown = examples.map((value) => code(JSON.stringify(value))).join(', ')
  return [
    escape([title, description].filter(Boolean).join(': ')),
    shown && `For example ${shown}.`,
    advanced ? 'Advanced.' : '',
    secret ? 'Secret.' : '',
  ]
    .filter(Boolean)
    .join(' ')
}

interface PinMeta {
  title?: string
  description?: string
  examples?: unknown[]
  advanced?: boolean
  secret?: boolean
}

const AFTER_CRASH: Record<Block['onCrash'], string> = {
  fail: 'After a crash it is not run again, unless it had only read.',
  retryable: 'After a crash it fails, unless it had only read; the retry of its node may repeat it.',
  retry: 'After a crash it is run again.',
}

function documentFacts({ capabilities, costs, timeoutMs, onCrash, effectful }: Block): string {
  const capabilityLines = listCapabilities(capabilities).map(({ kind, detail }) => `- ${kind}: ${escape(detail)}`)
  const prices = costs.map(
    ({ amount, per, when }) => `- ${amount} credits per ${per}${when ? ` when ${code(JSON.stringify(when))}` : ''}`,
  )
  const facts = [
    ...(timeoutMs === undefined ? [] : [`It may take up to ${timeoutMs} ms.`]),
    ...(effectful ? [AFTER_CRASH[onCrash]] : []),
  ]
  return [
    capabilityLines.length > 0
      ? ['### What it may do', '', ...capabilityLines].join('\n')
      : 'It only computes: it reaches nothing outside.',
    prices.length > 0 ? ['### What it costs', '', ...prices].join('\n') : '',
    facts.join(' '),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function documentExample({ test, input, outputs }: Example): string {
  const values = outputs.map(([pin, value]) => `${pin}: ${JSON.stringify(value)}`).join('\n')
  return `### Example: ${escape(test)}\n\n${fence('json', JSON.stringify(input, null, 2))}\n\ngives\n\n${fence('', values || '(nothing)')}`
}

function documentProvider({ qualifiedName, title, description, hosts, auth }: Provider): string {
  const ways = auth.map(({ type }) => code(type)).join(', ')
  const where = hosts.length > 0 ? `Secrets go to ${hosts.map(code).join(', ')} only.` : 'Each credential names its own hosts.'
  return `### ${escape(title)} (${code(qualifiedName)})\n\n${[escape(description ?? ''), `Takes ${ways}.`, where].filter(Boolean).join(' ')}`
}

/** Text of an author stays text: no markup, no new cell of a table, one line. */
function escape(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>|#]/g, '\\$&')
}

/** A fence that is longer than any inside. */
function fence(language: string, text: string): string {
  const marks = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${marks}${language}\n${text}\n${marks}`
}

function code(text: string): string {
  const marks = '`'.repeat(longestRun(text) + 1)
  const space = marks.length > 1 ? ' ' : ''
  return `${marks}${space}${text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')}${space}${marks}`
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}
