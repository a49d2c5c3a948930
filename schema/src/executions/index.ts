import './mutations.ts'
import './subscription.ts'
import './execution.ts'
export { resumeToken } from './resume-token.ts'
