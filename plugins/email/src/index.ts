import { definePlugin } from '@ashlar/sdk'
import { provider } from './provider.ts'
import { send } from './send.ts'

export default definePlugin({ name: 'email', icon: 'mail', providers: [provider], blocks: [send] })
