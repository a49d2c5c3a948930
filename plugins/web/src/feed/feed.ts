import { parseJson } from '@ashlar/sdk'
import { DOMParser, type DomElement } from 'linkedom/worker'
import { resolveUrl, show } from '../document/index.ts'
import { parseJsonFeed } from './json-feed.ts'
import { toAttachment, type Feed, type FeedEntry } from './feed-pins.ts'
import { attribute, childOf, childrenOf, dateOf, linkOf, textOf } from './xml.ts'

/** The header `accept` of a request for a feed. */
export const FEED_TYPES = 'application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.5'

/**
 * Parses a feed: RSS 0.9 to 2.0, RDF, Atom or JSON Feed. XML that is not well-formed is read as far as possible.
 *
 * @param base the address of the feed, for relative links
 * @throws {Error} when the text is not a feed
 */
export function parseEntries(text: string, base: string, pin = 'text'): Feed {
  const trimmed = text.replace(/^\ufeff?\s*/u, '')
  if (trimmed.startsWith('{')) return parseJsonFeed(readJson(trimmed, pin), base, pin)
  const root = trimmed.startsWith('<') ? new DOMParser().parseFromString(trimmed, 'text/xml').documentElement : null
  const name = root?.tagName.toLowerCase().replace(/^.*:/, '')
  if (root && name === 'feed') return parseAtom(root, base)
  if (root && (name === 'rss' || name === 'rdf')) return parseRss(root, name, base)
  const hint = name === 'html' ? '; this is a web page: look for the address of its feed with "web/page-metadata"' : ''
  throw new Error(`${pin} must be an RSS, Atom or JSON feed, got ${show(trimmed.slice(0, 60))}${hint}`)
}

function readJson(text: string, pin: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new Error(`${pin} must be a feed, but it is not valid JSON: ${cause instanceof Error ? cause.message : ''}`, { cause })
  }
}

function parseRss(root: DomElement, name: string, base: string): Feed {
  const channel = childOf(root, 'channel') ?? root
  const items = [...childrenOf(channel, 'item'), ...(channel === root ? [] : childrenOf(root, 'item'))]
  return {
    info: {
      title: textOf(channel, 'title'),
      url: resolveUrl(textOf(channel, 'link'), base),
      description: textOf(channel, 'description'),
      language: textOf(channel, 'language', 'dc:language'),
      image: resolveUrl(textOf(childOf(channel, 'image'), 'url') || attribute(childOf(channel, 'itunes:image'), 'href'), base),
      format: name === 'rdf' ? 'rdf' : 'rss',
    },
    entries: items.map((item) => parseItem(item, base)),
  }
}

function parseItem(item: DomElement, base: string): FeedEntry {
  const guid = childOf(item, 'guid')
  const permalink =
    guid && attribute(guid, 'isPermaLink') !== 'false' && /^https?:/i.test(textOf(item, 'guid')) ? textOf(item, 'guid') : ''
  const url = resolveUrl(textOf(item, 'link') || linkOf(item, 'atom:link') || permalink, base)
  return {
    id: textOf(item, 'guid') || attribute(item, 'rdf:about') || url,
    url,
    title: textOf(item, 'title', 'media:title'),
    published: dateOf(item, 'pubDate', 'dc:date', 'published', 'date'),
    updated: dateOf(item, 'atom:updated', 'dcterms:modified', 'lastBuildDate'),
    author: textOf(item, 'dc:creator', 'author', 'itunes:author', 'managingEditor'),
    summary: textOf(item, 'description', 'itunes:summary', 'media:description'),
    content: textOf(item, 'content:encoded', 'content'),
    categories: [...childrenOf(item, 'category'), ...childrenOf(item, 'dc:subject')].map((each) =>
      (each.textContent ?? '').trim(),
    ),
    image: resolveUrl(
      attribute(childOf(item, 'media:thumbnail'), 'url') || attribute(childOf(item, 'itunes:image'), 'href'),
      base,
    ),
    attachments: [...childrenOf(item, 'enclosure'), ...childrenOf(item, 'media:content')].map((each) =>
      toAttachment(
        attribute(each, 'url'),
        attribute(each, 'type'),
        attribute(each, 'length') || attribute(each, 'fileSize'),
        base,
      ),
    ),
  }
}

function parseAtom(root: DomElement, base: string): Feed {
  return {
    info: {
      title: textOf(root, 'title'),
      url: resolveUrl(linkOf(root, 'link'), base),
      description: textOf(root, 'subtitle'),
      language: attribute(root, 'xml:lang'),
      image: resolveUrl(textOf(root, 'logo', 'icon'), base),
      format: 'atom',
    },
    entries: childrenOf(root, 'entry').map((entry) => parseEntry(entry, base)),
  }
}

function parseEntry(entry: DomElement, base: string): FeedEntry {
  const url = resolveUrl(linkOf(entry, 'link'), base)
  return {
    id: textOf(entry, 'id') || url,
    url,
    title: textOf(entry, 'title'),
    published: dateOf(entry, 'published', 'issued', 'updated'),
    updated: dateOf(entry, 'updated', 'modified'),
    author: childrenOf(entry, 'author')
      .map((author) => textOf(author, 'name', 'email'))
      .filter(Boolean)
      .join(', '),
    summary: readConstruct(childOf(entry, 'summary')),
    content: readConstruct(childOf(entry, 'content')),
    categories: childrenOf(entry, 'category').map((each) => attribute(each, 'label') || attribute(each, 'term')),
    image: resolveUrl(attribute(childOf(entry, 'media:thumbnail'), 'url'), base),
    attachments: childrenOf(entry, 'link')
      .filter((link) => attribute(link, 'rel') === 'enclosure')
      .map((link) => toAttachment(attribute(link, 'href'), attribute(link, 'type'), attribute(link, 'length'), base)),
  }
}

/** An Atom text is plain text, escaped HTML, or elements of XHTML. */
function readConstruct(element: DomElement | undefined): string {
  if (!element) return ''
  return (attribute(element, 'type') === 'xhtml' ? element.innerHTML : (element.textContent ?? '')).trim()
}
