import './blocks-changed.ts'

import './block.ts'
import './plugin.ts'
