export { createAsset, type Asset } from './assets.ts'
export { htmlPage, pageRoutes, textPage } from './page.ts'
