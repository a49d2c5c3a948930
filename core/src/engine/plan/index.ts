export { compilePlan } from './plan.ts'
export type { CyclePlan, GatherPlan, LinkFlow, NodeFlow, PinFlow, ScopeKey, Watch, WatchSet } from './flow-plan.ts'
export type { Plan, PlanLink, PlanNode } from './plan.ts'
