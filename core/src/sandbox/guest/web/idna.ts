/**
 * What `whatwg-url` imports as `tr46` (see `prelude.ts`): names without international characters, which is most of them, do
 * not pay for the tables of Unicode.
 */
type Tr46 = { toASCII(domain: string, options: object): string | null; toUnicode(domain: string, options: object): unknown }

/** URL section 3.3: of a name in ASCII without a label in Punycode, "domain to ASCII" is the name in lower case. */
// oxlint-disable-next-line no-control-regex
const PLAIN = /^(?!(?:.*\.)?xn--)[\x00-\x7f]*$/is

export function toASCII(domain: string, options: { verifyDNSLength?: boolean; useSTD3ASCIIRules?: boolean }): string | null {
  if (PLAIN.test(domain) && options.verifyDNSLength === false && options.useSTD3ASCIIRules === false) return domain.toLowerCase()
  return (require('tr46') as Tr46).toASCII(domain, options)
}

export function toUnicode(domain: string, options: object): unknown {
  return (require('tr46') as Tr46).toUnicode(domain, options)
}
