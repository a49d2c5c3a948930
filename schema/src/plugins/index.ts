import './blocks-changed.ts'

import './block.ts'
import './plugin.ts'
import './version.ts'
import './mutations.ts'
import './dev.ts'
import './scan.ts'
