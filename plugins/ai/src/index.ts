import { definePlugin } from '@ashlar/sdk'
import { agent } from './agent/index.ts'

export default definePlugin({ name: 'ai', icon: 'sparkles', blocks: [agent] })
