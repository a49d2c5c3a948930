import { formatType, listCapabilities, type Block, type Example, type JsonSchema, type Plugin, type Provider } from '@ashlar/core'

/** Writes the documentation of a plugin for users of its blocks, in Markdown. */
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
    block.unavailable === undefined ? documentFacts(block) : `It cannot run yet: it needs ${escape(block.unavailable)}.`,
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
    const required = schema.required?.includes(name) && pin.default === undefined ? 'yes' : ''
    const defaultValue = pin.default === undefined ? '' : code(JSON.stringify(pin.default))
    const cells = [code(name), code(formatType(pin, schema)), ...(isInput ? [required, defaultValue] : []), aboutPin(pin)]
    return `| ${cells.join(' | ')} |`
  })
  const heads = ['pin', 'type', ...(isInput ? ['required', 'default'] : []), 'description']
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
  fail: 'After a crash, it does not run again unless it has only read data.',
  retryable: 'After a crash, it fails unless it has only read data. A retry of its node may repeat it.',
  retry: 'After a crash, it runs again.',
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
      ? ['### Capabilities', '', ...capabilityLines].join('\n')
      : 'It has no capabilities: it only computes.',
    prices.length > 0 ? ['### Costs', '', ...prices].join('\n') : '',
    facts.join(' '),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function documentExample({ test, input, outputs }: Example): string {
  const values = outputs.map(([pin, value]) => `${pin}: ${JSON.stringify(value)}`).join('\n')
  return `### Example: ${escape(test)}\n\n${fence('json', JSON.stringify(input, null, 2))}\n\nOutput:\n\n${fence('', values || '(nothing)')}`
}

function documentProvider({ qualifiedName, title, description, hosts, auth }: Provider): string {
  const ways = auth.map(({ type }) => code(type)).join(', ')
  const where = hosts.length > 0 ? `Secrets are sent only to ${hosts.map(code).join(', ')}.` : 'Each credential names its hosts.'
  return `### ${escape(title)} (${code(qualifiedName)})\n\n${[escape(description ?? ''), `Authentication: ${ways}.`, where].filter(Boolean).join(' ')}`
}

/** Escapes the text of an author: it stays on one line and cannot contain markup or start a table cell. */
function escape(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>|#]/g, '\\$&')
}

/** Uses a fence that is longer than any fence in the text. */
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
