export { openOperatorConfig } from './operator-config.ts'
