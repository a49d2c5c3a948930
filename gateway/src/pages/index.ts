export { buildAsset, type Asset } from './assets.ts'
export { commandBlock, htmlPage, pageRoutes, textPage } from './page.ts'
