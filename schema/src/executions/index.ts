import './mutations.ts'
import './subscription.ts'
import './execution.ts'
import './diff.ts'
