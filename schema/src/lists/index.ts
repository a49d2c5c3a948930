export { loadTogether } from './batch.ts'
export { defineList, type List } from './list.ts'
