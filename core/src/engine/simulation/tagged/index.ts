export { openerOf, tagText } from './compare.ts'
export { toFakes } from './fakes.ts'
export { proveTagged } from './prove.ts'
