import { listSecretSpellings } from '@ashlar/core'
import type { ExecutionRecord, RecordedExecution } from './recorded-case.ts'

/** A shorter secret would occur in other texts by chance. */
const MIN_LENGTH = 4

/** Replaces the secrets of an execution in what is written to files. */
export interface Redaction {
  /** The number of different secrets. */
  readonly count: number
  /** Replaces every occurrence, also within other texts, in keys and in bytes as base64. */
  apply<T extends object>(value: T): T
}

/**
 * The secrets are the values of input pins that are marked `secret`, and of graph inputs whose input block is set to be
 * secret. Each is always replaced by the same text, so that a case stays consistent with its graph.
 */
export function createRedaction(recorded: RecordedExecution): Redaction {
  const secrets = [...findSecrets(recorded)]
  const pairs = secrets.flatMap((secret, i) => listPairs(secret, `redacted-${i + 1}`)).toSorted(([a], [b]) => b.length - a.length)
  return { count: secrets.length, apply: (value) => (pairs.length === 0 ? value : (mapTexts(value, pairs) as typeof value)) }
}

type Pair = readonly [found: string, written: string]

/** The encodings of a secret with what replaces them. */
function listPairs(secret: string, written: string): Pair[] {
  return listSecretSpellings([], [secret]).map((spelling) => {
    const encoding = (['base64', 'base64url'] as const).find((each) => spelling === Buffer.from(secret).toString(each))
    return [spelling, encoding ? Buffer.from(written).toString(encoding) : written]
  })
}

/** The fields of a case and of a graph. Other keys are data. */
const FIELDS = new Set(
  'name inputs outputs http status headers json text base64 nodes error code message document graphs links block from to'.split(
    ' ',
  ),
)

function mapTexts(value: unknown, pairs: readonly Pair[]): unknown {
  if (typeof value === 'string') return replaceAll(value, pairs)
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, pairs))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [
    FIELDS.has(key) ? key : replaceAll(key, pairs),
    key === 'base64' && typeof member === 'string' ? mapBytes(member, pairs) : mapTexts(member, pairs),
  ])
  return Object.fromEntries(members) as unknown
}

/** Bytes that are not text may contain a text. */
function mapBytes(base64: string, pairs: readonly Pair[]): string {
  const bytes = Buffer.from(base64, 'base64').toString('latin1')
  const inBytes = pairs.map(([found, written]): Pair => [Buffer.from(found).toString('latin1'), written])
  const replaced = replaceAll(bytes, inBytes)
  return replaced === bytes ? replaceAll(base64, pairs) : Buffer.from(replaced, 'latin1').toString('base64')
}

function replaceAll(text: string, pairs: readonly Pair[]): string {
  return pairs.reduce((rest, [found, written]) => rest.replaceAll(found, () => written), text)
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
