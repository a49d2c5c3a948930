/** A pin of a block of the AutoGPT Platform. */
export interface PinFact {
  /** `integer|null`, `list<string>`, `enum:a|b` */
  type: string
  /** Undefined for an output and a required input. */
  default?: unknown
  isRequired: boolean
  /** `advanced`, `hidden`, `secret` */
  flags: string[]
}

/** Reads `<type>`, which is required, or `<type> = <default as JSON>`, each with `; <flag>, <flag>` or without. */
export function parseFact(text: string): PinFact {
  const [declared = '', flags = ''] = text.split('; ')
  const at = declared.indexOf(' = ')
  const listed = flags === '' ? [] : flags.split(', ')
  if (at < 0) return { type: declared, isRequired: true, flags: listed }
  return { type: declared.slice(0, at), default: JSON.parse(declared.slice(at + 3)) as unknown, isRequired: false, flags: listed }
}

/** The JSON types of a fact; undefined for any value. */
export function typesOf(declared: string): Set<string> | undefined {
  const type = declared.replace(/\(.*?\)/g, '')
  if (type.startsWith('enum:') || /^(string|date|time|file)$/.test(type)) return new Set(['string'])
  if (type === 'any') return undefined
  if (type.startsWith('list')) return new Set(['array'])
  if (type.startsWith('object') && !type.includes('|')) return new Set(['object'])
  if (type.startsWith('credentials')) return new Set(['object'])
  const members = splitUnion(type)
  if (members.length === 1) return new Set([type])
  return new Set(members.flatMap((member) => [...(typesOf(member) ?? [])]))
}

/** Splits at `|` outside of `<>`. */
function splitUnion(type: string): string[] {
  return type.split(/\|(?![^<]*>)/)
}

export const choicesOf = (type: string): string[] | undefined => (type.startsWith('enum:') ? type.slice(5).split('|') : undefined)
