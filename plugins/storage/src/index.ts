import { definePlugin } from '@ashlar/sdk'
import { cache, debounce, once, rateLimit } from './flow/index.ts'
import { persist } from './persist.ts'
import { retrieve } from './retrieve.ts'

export default definePlugin({ name: 'storage', icon: 'database', blocks: [persist, retrieve, rateLimit, debounce, cache, once] })
