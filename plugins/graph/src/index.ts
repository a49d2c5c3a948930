import { definePlugin } from '@ashlar/sdk'
import { placeholder } from './placeholder.ts'

export default definePlugin({
  name: 'graph',
  icon: 'workflow',
  blocks: [placeholder],
})
