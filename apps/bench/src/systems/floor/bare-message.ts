import type { FloorTask } from './floor-task.ts';

/** The least that could be said of a task: no headers, no routing, nothing that another program would understand. */
export function bareText({ id, value, payload, isStamp }: FloorTask): string {
  if (isStamp) return JSON.stringify({ id, value, stamp: true });
  return JSON.stringify(payload === '' ? { id, value } : { id, value, payload });
}

export function bareTask(text: string): FloorTask {
  const { id, value, payload = '', stamp = false } = JSON.parse(text) as BareTask;
  return { id, value, payload, isStamp: stamp };
}

interface BareTask {
  readonly id: string;
  readonly value: number;
  readonly payload?: string;
  readonly stamp?: boolean;
}

export function resultText(id: string, result: number): string {
  return JSON.stringify({ status: 'SUCCESS', result, id });
}

export function resultValue(text: string): unknown {
  return (JSON.parse(text) as { result: unknown }).result;
}
