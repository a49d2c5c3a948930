import { definePlugin } from '@ashlar/sdk'
import { provider } from './api/index.ts'
import * as code from './code/index.ts'
import * as issues from './issues/index.ts'

export default definePlugin({
  name: 'github',
  icon: 'git-branch',
  providers: [provider],
  blocks: [...Object.values(code), ...Object.values(issues)],
})
