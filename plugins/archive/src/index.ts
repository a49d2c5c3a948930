import { definePlugin } from '@ashlar/sdk'
import { create } from './create.ts'
import { extract } from './extract.ts'
import { list } from './list.ts'

export default definePlugin({ name: 'archive', icon: 'archive', memoryMb: 512, blocks: [list, extract, create] })
