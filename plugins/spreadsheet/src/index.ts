import { definePlugin } from '@ashlar/sdk'
import { read } from './read.ts'
import { write } from './write.ts'

export default definePlugin({ name: 'spreadsheet', icon: 'file-spreadsheet', memoryMb: 512, blocks: [read, write] })
