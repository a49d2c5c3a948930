export { openGithub, provider } from './api.ts'
export { yieldList } from './list.ts'
export { issueOutputs, pullOutputs, yieldIssue, yieldPull } from './outputs.ts'
export { labelsPin, limitPin, listPins, numberPin, repositoryPin, urlOut } from './pins.ts'
export {
  credentials,
  issueAnswer,
  issueRow,
  notFound,
  notFoundMessage,
  pullAnswer,
  pullRow,
  releaseAnswer,
  releaseRow,
} from './samples.ts'
export { isPullRequest, toCodeMatch, toCommit, toIssue, toPull, toRelease, toRepository } from './shapes.ts'
