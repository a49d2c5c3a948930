export { compilePlan } from './compile-plan.ts'
export type { Collections, CyclePlan, GatherPlan, PinFlow, ScopeKey, Watch } from './plan.ts'
export type { ToolFacts } from './tools.ts'
export type { Plan, PlanLink, PlanNode } from './plan.ts'
