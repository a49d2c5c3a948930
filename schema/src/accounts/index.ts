import './user.ts'
import './account.ts'
import './mutations.ts'
import './api-key.ts'
