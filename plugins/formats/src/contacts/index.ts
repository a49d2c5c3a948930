export { parseVcard } from './parse-vcard.ts'
export { writeVcard } from './write-vcard.ts'
