export { createExecutionFiles, DOWNLOAD_PATH, locateFile } from './execution-files.ts'
export type { ExecutionFile, ExecutionFileFilter, ExecutionFileRequest, ExecutionFiles, FileDownload } from './execution-files.ts'
