import './provider.ts'
import './credential.ts'
import './mutations.ts'
