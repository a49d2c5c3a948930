/**
 * What `whatwg-url` imports as `tr46` (see `prelude.ts`). The tables of Unicode are two thirds of its size, and only names
 * with international characters are looked up in them.
 */
type ToAscii = (domain: string, options: object) => string | null

export function toASCII(domain: string, options: object): string | null {
  return (require('tr46') as { toASCII: ToAscii }).toASCII(domain, options)
}
