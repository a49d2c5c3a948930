import { toJsonPieces } from '../../base/index.ts'
import type { CallRequest } from '../../sandbox/calls/index.ts'
import type { TakenExecution } from './driver-parts.ts'
import type { NodeExecution } from '../../engine/index.ts'

/** Creates the request for the sandbox to run the block of a node execution. */
export function toCallRequest(
  { id, ownerId, sandboxMemoryMb }: TakenExecution,
  { node: { id: nodeId, block, timeoutMs }, outputs }: NodeExecution,
  inputs: () => Record<string, unknown>,
): CallRequest {
  const { plugin } = block
  return {
    kind: 'run',
    bundle: plugin.bundle,
    ...(plugin.builtin && !plugin.isolated
      ? { cordon: 'builtin' }
      : { cordon: `user:${ownerId}`, ...(sandboxMemoryMb !== null && { processMemoryMb: sandboxMemoryMb }) }),
    owner: ownerId,
    scope: plugin.builtin ? '' : id,
    ...(plugin.isolated && { isExclusive: true }),
    capabilityKey: block.capabilityKey,
    affinity: id,
    block: block.name,
    nodeId,
    pins: block.outputPins,
    manyPins: block.loopPins,
    input: () => toJsonPieces(inputs(), 1),
    timeoutMs,
    skipOutputs: outputs,
    repeatable: !block.effectful || block.onCrash === 'retry',
  }
}
