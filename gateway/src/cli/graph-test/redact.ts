import type { ExecutionRecord, RecordedExecution } from './recorded-case.ts'
import type { WrittenCase } from '../../graph-files/index.ts'

/** A shorter secret would occur in other texts by chance. */
const MIN_LENGTH = 4

/**
 * Replaces the values of secret inputs in a case: those of input pins that are marked `secret`, and of graph inputs
 * whose input block is set to be secret. Every occurrence of such a text is replaced, also within other texts and keys,
 * and always by the same text, so that the case stays consistent.
 */
export function redact(written: WrittenCase, recorded: RecordedExecution): { written: WrittenCase; count: number } {
  const secrets = [...findSecrets(recorded)].toSorted((a, b) => b.length - a.length)
  if (secrets.length === 0) return { written, count: 0 }
  const text = secrets.reduce(
    (json, secret, i) => json.replaceAll(quoteInner(secret), `redacted-${i + 1}`),
    JSON.stringify(written),
  )
  return { written: JSON.parse(text) as WrittenCase, count: secrets.length }
}

/** The text as it occurs inside of a JSON text. */
function quoteInner(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function findSecrets({ records, blocks }: RecordedExecution): Set<string> {
  const found = new Set<string>()
  for (const record of records) addSecrets(found, record, blocks)
  return found
}

function addSecrets(
  found: Set<string>,
  { execution, nodeExecutions }: ExecutionRecord,
  blocks: RecordedExecution['blocks'],
): void {
  for (const { id, block, inputs } of execution.document.nodes) {
    if (inputs.secret === true && typeof inputs.name === 'string') addTexts(found, execution.inputs[inputs.name])
    const pins = blocks.get(block)?.inputs.filter(({ secret }) => secret) ?? []
    for (const { name } of pins) {
      addTexts(found, inputs[name])
      for (const run of nodeExecutions) if (run.nodeId === id) addTexts(found, run.inputs?.[name])
    }
  }
}

function addTexts(found: Set<string>, value: unknown): void {
  if (typeof value === 'string' && value.length >= MIN_LENGTH) found.add(value)
  else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) addTexts(found, member)
}
