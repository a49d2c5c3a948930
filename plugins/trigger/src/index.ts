import { definePlugin } from '@ashlar/sdk'
import { compass } from './compass.ts'
import { webhook } from './webhook.ts'

export default definePlugin({ name: 'trigger', icon: 'zap', blocks: [webhook, compass] })
