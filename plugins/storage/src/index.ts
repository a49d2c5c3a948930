import { definePlugin } from '@ashlar/sdk'
import { persist } from './persist.ts'
import { retrieve } from './retrieve.ts'

export default definePlugin({ name: 'storage', icon: 'database', blocks: [persist, retrieve] })
