import { ENCODINGS } from '../bytes/index.ts'

export const FORMATS = [...ENCODINGS, 'percent', 'form', 'html'] as const

export const FORMAT_DESCRIPTION =
  'base64, base64url (for addresses and file names), hex, base32, base58, percent (a part of an address, with %20 for a space), form (a parameter of an address, with + for a space), or html (entities such as &lt;).'
