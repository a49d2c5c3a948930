/**
 * `whatwg-url` imports this module as `tr46` (see `prelude.ts`). The Unicode tables of `tr46` are two thirds of the
 * size of `whatwg-url`. Only names with international characters need them.
 */
type ToAscii = (domain: string, options: object) => string | null

export function toASCII(domain: string, options: object): string | null {
  return (require('tr46') as { toASCII: ToAscii }).toASCII(domain, options)
}
