import { definePlugin } from '@ashlar/sdk'
import { info } from './info.ts'
import { text } from './text.ts'

export default definePlugin({ name: 'pdf', icon: 'file-text', memoryMb: 512, blocks: [text, info] })
