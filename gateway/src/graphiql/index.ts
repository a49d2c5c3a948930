export { graphiqlPage, graphiqlRoutes } from './page.ts'
