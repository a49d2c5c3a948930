/**
 * Patterns for what people write in texts. They find what looks like such a part, and do not check that it exists. Each
 * takes a time that grows with the length of the text only.
 */
export const CONTACTS = {
  emails:
    /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+-](?:[\p{L}\p{N}._%+-]{0,62}[\p{L}\p{N}_%+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu,
  urls: /(?<![\p{L}\p{N}])(?:https?:\/\/|www\.)[^\s<>"'`{}|\\^[\]]{1,2000}/giu,
  phones: createPhonePattern(),
  hashtags: /(?<![\p{L}\p{N}_&#])#[\p{L}\p{N}_]*[\p{L}_][\p{L}\p{N}_]*/gu,
  mentions: /(?<![\p{L}\p{N}_.@])@[A-Za-z0-9_](?:[\w.-]{0,48}\w)?/gu,
  numbers: /(?<![\p{L}\p{N}.,-])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\p{L}\d])/gu,
  ip_addresses: /(?<!\d|\d\.)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\d|\.\d)/gu,
  card_numbers: /(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])/gu,
  ibans: /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?(?![\p{L}\p{N}])/gu,
} as const

export type ContactKind = keyof typeof CONTACTS

/** Dates and fractions also consist of digits, points and dashes. No phone number starts or continues with one. */
function createPhonePattern(): RegExp {
  const date = String.raw`(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)(?!\d)`
  const fraction = String.raw`\d+\.\d{1,2}(?![\d./-])`
  const digit = String.raw`(?:\(\d{1,5}\)|\d)`
  return new RegExp(
    String.raw`(?<![\p{L}\p{N}.,/+-])(?!${date}|${fraction})(?:\+|00)?${digit}(?:(?! (?:${date}|${fraction}))[ ./-]?${digit}){6,16}(?![\p{L}\p{N}])`,
    'gu',
  )
}

/** Returns the parts of a kind, in order. */
export function findContacts(kind: ContactKind, text: string): string[] {
  const found = text.match(CONTACTS[kind]) ?? []
  return found.map((each) => cleanContact(kind, each)).filter((each) => isPlausible(kind, each))
}

/** Punctuation at the end of an address belongs to the sentence. */
export function cleanContact(kind: ContactKind, found: string): string {
  if (kind !== 'urls') return found.trim()
  const bare = found.replace(/[.,;:!?…*_~]+$/u, '')
  const opened = bare.split('(').length
  const closed = bare.split(')').length
  return closed > opened ? bare.replace(/\)+[.,;:!?]*$/, '') : bare
}

/** A phone number has 7 to 15 digits (E.164), a card number a check digit. */
export function isPlausible(kind: ContactKind, found: string): boolean {
  if (kind === 'phones') {
    const digits = found.replace(/\D/g, '').length
    return digits >= 7 && digits <= 15 && !/^\d{4}-\d\d-\d\d$|^\d{1,3}(\.\d{1,3}){3}$/.test(found)
  }
  return kind !== 'card_numbers' || isLuhn(found)
}

/** The check digit of card numbers (ISO/IEC 7812-1). */
export function isLuhn(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, i) => {
      const value = Number(digit) * (i % 2 === 1 ? 2 : 1)
      return total + (value > 9 ? value - 9 : value)
    }, 0)
  return digits.length >= 12 && sum % 10 === 0
}
