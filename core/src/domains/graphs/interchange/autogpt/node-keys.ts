/**
 * Makes the keys of nodes: the title or the name of the block in lower case, with a number from the second node on:
 * `fill-template`, `fill-template-2`.
 */
export class NodeKeys {
  readonly #counts = new Map<string, number>()
  readonly #taken = new Set<string>()

  create(name: string): string {
    const base = toSlug(name)
    let count = this.#counts.get(base) ?? 0
    let key: string
    do key = ++count === 1 ? base : `${base}-${count}`
    while (this.#taken.has(key))
    this.#counts.set(base, count)
    this.#taken.add(key)
    return key
  }
}

const MAX_LENGTH = 60

function toSlug(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LENGTH)
    .replace(/^-+|-+$/g, '')
  return slug === '' ? 'node' : slug
}
