export { buildAsset, buildPageAsset, type Asset } from './assets.ts'
export { commandBlock, escapeHtml, htmlPage, LOGO, pageAssetUrl, pageRoutes, textPage } from './page.ts'
