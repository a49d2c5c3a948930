export { compilePlan } from './compile-plan.ts'
export type { CyclePlan, GatherPlan, LinkFlow, NodeFlow, PinFlow, ScopeKey, Watch, WatchSet } from './plan.ts'
export type { Plan, PlanLink, PlanNode } from './plan.ts'
