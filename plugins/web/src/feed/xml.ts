import type { DomElement } from 'linkedom/worker'

/** Names of XML feeds are compared without regard to case, because many feeds get it wrong. */
export function childrenOf(parent: DomElement | undefined, name: string): DomElement[] {
  return parent ? [...parent.children].filter((child) => child.tagName.toLowerCase() === name.toLowerCase()) : []
}

export function childOf(parent: DomElement | undefined, name: string): DomElement | undefined {
  return childrenOf(parent, name)[0]
}

/** Returns the text of the first of these children that is not empty. */
export function textOf(parent: DomElement | undefined, ...names: string[]): string {
  for (const name of names) {
    const child = childOf(parent, name)
    const text = (child?.textContent ?? '').trim()
    if (text !== '') return text
  }
  return ''
}

export function attribute(element: DomElement | undefined, name: string): string {
  return (element?.getAttribute(name) ?? '').trim()
}

/** Returns the address of the link to the page itself, not of a link to the feed, a reply or a file. */
export function linkOf(parent: DomElement, name: string): string {
  const links = childrenOf(parent, name)
  const alternate = links.find((link) => ['', 'alternate'].includes(attribute(link, 'rel')))
  return attribute(alternate, 'href')
}

/** Returns the first of these dates that is valid, in UTC: `2026-03-29T12:30:00.000Z`. */
export function dateOf(parent: DomElement, ...names: string[]): string | null {
  for (const name of names) {
    const date = toUtc(textOf(parent, name))
    if (date !== null) return date
  }
  return null
}

/** @returns null when the text is not a date of RFC 822 or ISO 8601 */
export function toUtc(text: string): string | null {
  const time = Date.parse(text.replace(/\bUT$/, 'UTC'))
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
