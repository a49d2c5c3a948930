import { AshlarError, isText, showValue } from '../../base/index.ts'

/** What a user writes about a graph. */
export interface GraphDetails {
  /** 1 to 200 characters. */
  name: string
  description: string
  /** At most 20 different labels of 1 to 50 characters. */
  labels: string[]
}

/** Fields that are left out. */
export type GraphChanges = { [Field in keyof GraphDetails]?: GraphDetails[Field] | undefined }

const MAX_NAME_LENGTH = 200
const MAX_LABELS = 20
const MAX_LABEL_LENGTH = 50

/**
 * Checks the given fields. White space around names and labels is removed.
 *
 * @throws {AshlarError} BAD_INPUT
 */
export function parseDetails({ name, description, labels }: GraphChanges): Partial<GraphDetails> {
  if (name !== undefined && (name.trim() === '' || name.trim().length > MAX_NAME_LENGTH))
    throw invalid(['name'], `name must have 1 to ${MAX_NAME_LENGTH} characters, got ${showValue(name)}`)
  for (const [field, text] of Object.entries({ name, description })) if (text !== undefined) assertText(text, [field])
  return {
    ...(name !== undefined && { name: name.trim() }),
    ...(description !== undefined && { description }),
    ...(labels && { labels: parseLabels(labels) }),
  }
}

function parseLabels(labels: readonly string[]): string[] {
  if (labels.length > MAX_LABELS)
    throw invalid(['labels'], `a graph must have at most ${MAX_LABELS} labels, got ${labels.length}`)
  const seen = new Set<string>()
  labels.forEach((given, i) => {
    const label = given.trim()
    assertText(label, ['labels', i])
    if (label === '' || label.length > MAX_LABEL_LENGTH)
      throw invalid(['labels', i], `a label must have 1 to ${MAX_LABEL_LENGTH} characters, got ${showValue(given)}`)
    if (seen.has(label)) throw invalid(['labels', i], `label ${showValue(label)} is given twice: labels must be different`)
    seen.add(label)
  })
  return [...seen]
}

function assertText(text: string, path: (string | number)[]): void {
  if (!isText(text)) throw invalid(path, `${path.join('.')} must not contain U+0000 or an unpaired surrogate`)
}

function invalid(path: (string | number)[], message: string): AshlarError {
  return new AshlarError('BAD_INPUT', message, { details: { path } })
}
