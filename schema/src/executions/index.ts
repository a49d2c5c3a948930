import './mutations.ts'
import './subscription.ts'
import './execution.ts'
export { resumeToken } from './event-ids.ts'
