export { bubblewrapArguments, findBubblewrap, pathOnly, sharedLibraries } from './bubblewrap.ts'
