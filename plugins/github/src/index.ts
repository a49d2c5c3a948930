import { definePlugin } from '@ashlar/sdk'
import { provider } from './api.ts'
import {
  createRelease,
  dispatchWorkflow,
  getFile,
  listCommits,
  listReleases,
  listRepositories,
  putFile,
  searchCode,
} from './code/index.ts'
import {
  addComment,
  addLabels,
  createIssue,
  createPullRequest,
  getIssue,
  getPullRequest,
  listIssues,
  listPullRequests,
  searchIssues,
  updateIssue,
} from './issues/index.ts'

export default definePlugin({
  name: 'github',
  icon: 'git-branch',
  providers: [provider],
  blocks: [
    createRelease,
    dispatchWorkflow,
    getFile,
    listCommits,
    listReleases,
    listRepositories,
    putFile,
    searchCode,
    addComment,
    addLabels,
    createIssue,
    createPullRequest,
    getIssue,
    getPullRequest,
    listIssues,
    listPullRequests,
    searchIssues,
    updateIssue,
  ],
})
