export { sleepGrant } from './grant.ts'
export { parseSleep } from './sleep.ts'
