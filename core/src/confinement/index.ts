export { bubblewrapArguments, findBubblewrap, pathOnly, sharedLibraries } from './bubblewrap.ts'
export { killConfined } from './kill-confined.ts'
export { killOrphans, startKillingOrphans } from './orphans.ts'
