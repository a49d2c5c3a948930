import {
  locateFile,
  type ExecutionFile,
  type FileDownload,
  type ExecutionFileRequest,
  type Page,
  type PageRequest,
} from '@ashlar/core'
import { builder } from '../base/builder.ts'
import type { SchemaContext } from '../base/context.ts'
import { defineList } from '../base/list.ts'

const FileDownloadType = builder.objectRef<FileDownload>('FileDownload').implement({
  description: 'A link that downloads a file without further authentication.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'The URL, relative to that of the server: `/files/…`.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'The time after which the link is rejected.' }),
  }),
})

const ExecutionFileType = builder.objectRef<ExecutionFile>('ExecutionFile').implement({
  description: 'A file that blocks of an execution have stored.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Relative to the files of the execution, with `/`.' }),
    size: t.exposeFloat('bytes', { description: 'In bytes.' }),
    mediaType: t.string({
      nullable: true,
      description: 'By the extension of the path. Null if it is unknown, or if a browser could run a file of this type.',
      resolve: ({ mediaType }) => mediaType,
    }),
    modifiedAt: t.expose('modifiedAt', { type: 'DateTime', description: 'The time when the file was last written.' }),
    download: t.field({
      type: FileDownloadType,
      nullable: true,
      description: 'A new link to the file. It expires after ten minutes.',
      resolve: (file, _args, { api }) => api.executions.createDownload(file),
    }),
  }),
})

export const ExecutionFileList = defineList<ExecutionFile>()({
  type: ExecutionFileType,
  name: 'ExecutionFile',
  plural: 'files',
  filter: (t) => ({ pathPrefix: t.string({ description: 'The start of the path, such as `reports/`.' }) }),
  orderFields: { PATH: 'The path.', SIZE: 'The size.', MODIFIED_AT: 'The time when the file was last written.' },
  defaultOrder: { field: 'PATH', direction: 'ASC' },
  locate: (file) => locateFile(file),
})

/** Reads one page of the files of each execution. */
export function loadFiles(
  executionIds: readonly string[],
  { filter, ...request }: PageRequest<{ pathPrefix?: string | null | undefined }, ExecutionFileRequest['orderBy']['field']>,
  { api }: SchemaContext,
): Promise<Map<string, Page<ExecutionFile>>> {
  const coreFilter = { pathPrefix: filter.pathPrefix ?? undefined }
  return api.executions.files(executionIds, { ...request, filter: coreFilter })
}
