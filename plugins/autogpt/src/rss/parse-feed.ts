import { parseXml, XmlElement } from '@rgrove/parse-xml'

/** An entry of a feed. A text that the feed does not have is empty. */
export interface Entry {
  title: string
  link: string
  description: string
  /** ISO 8601 in UTC; null if the feed has no valid date. */
  pub_date: string | null
  author: string
  categories: string[]
}

/**
 * Reads the entries of a feed in RSS 0.9x, 1.0 or 2.0, or Atom.
 *
 * @throws {Error} when the text is not XML, or is not a feed
 */
export function parseFeed(text: string): Entry[] {
  const root = parseRoot(text)
  const holders = [root, ...childrenOf(root, 'channel')]
  if (!['rss', 'rdf', 'feed'].includes(localName(root).toLowerCase()))
    throw new Error(`the feed must be RSS or Atom, but its root element is ${JSON.stringify(root.name.slice(0, 100))}`)
  return holders.flatMap((holder) => [...childrenOf(holder, 'item'), ...childrenOf(holder, 'entry')]).map(toEntry)
}

function parseRoot(text: string): XmlElement {
  try {
    // feeds use entities of HTML without a declaration
    const { root } = parseXml(text.trimStart(), { ignoreUndefinedEntities: true })
    if (root) return root
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new Error(`the feed is not XML: ${reason}`, { cause: error })
  }
  throw new Error('the feed is empty')
}

function toEntry(item: XmlElement): Entry {
  return {
    title: textOf(item, 'title'),
    link: linkOf(item),
    description: textOf(item, 'description', 'summary', 'encoded', 'content'),
    pub_date: toDate(textOf(item, 'pubDate', 'published', 'date', 'updated')),
    author: authorOf(item),
    categories: childrenOf(item, 'category', 'subject').map((each) => each.attributes.term ?? each.text.trim()),
  }
}

/** An Atom link is an attribute, and one without a relation, or with `alternate`, is the entry's own. */
function linkOf(item: XmlElement): string {
  const links = childrenOf(item, 'link')
  const own = links.find(({ attributes: { rel = 'alternate' } }) => rel === 'alternate') ?? links[0]
  return own?.attributes.href ?? own?.text.trim() ?? ''
}

function authorOf(item: XmlElement): string {
  const [author] = childrenOf(item, 'author', 'creator')
  const [name] = author ? childrenOf(author, 'name') : []
  return (name ?? author)?.text.trim() ?? ''
}

/** The text of the first child with one of these names, in their order. */
function textOf(item: XmlElement, ...names: string[]): string {
  for (const name of names) {
    const [found] = childrenOf(item, name)
    if (found) return found.text.trim()
  }
  return ''
}

function childrenOf(element: XmlElement, ...names: string[]): XmlElement[] {
  const elements = element.children.filter((child) => child instanceof XmlElement)
  return names.flatMap((name) => elements.filter((child) => localName(child) === name))
}

function localName({ name }: XmlElement): string {
  return name.slice(name.indexOf(':') + 1)
}

function toDate(text: string): string | null {
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
