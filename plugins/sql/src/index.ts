import { definePlugin } from '@ashlar/sdk'
import { query } from './query.ts'

export default definePlugin({ name: 'sql', icon: 'database', memoryMb: 512, blocks: [query] })
