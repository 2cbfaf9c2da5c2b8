import type { CommandSpec } from './control-command.ts';

/** Names of the commands that every node has. */
export type BuiltinCommand =
  | 'report'
  | 'conf'
  | 'query_task'
  | 'clock'
  | 'hello'
  | 'ping'
  | 'stats'
  | 'scheduled'
  | 'reserved'
  | 'active'
  | 'revoked'
  | 'registered'
  | 'memsample'
  | 'memdump'
  | 'objgraph'
  | 'active_queues'
  | 'revoke'
  | 'revoke_by_stamped_headers'
  | 'terminate'
  | 'rate_limit'
  | 'time_limit'
  | 'election'
  | 'enable_events'
  | 'disable_events'
  | 'heartbeat'
  | 'pool_grow'
  | 'pool_shrink'
  | 'pool_restart'
  | 'autoscale'
  | 'shutdown'
  | 'add_consumer'
  | 'cancel_consumer';

const task = { name: 'task_name', type: 'text', required: true } as const;
const ids = '[id1 [id2 [... [idN]]]]';

/** The commands that every node has. @see celery/worker/control.py */
export const commandTable: readonly (CommandSpec & { readonly name: BuiltinCommand })[] = [
  { name: 'report', kind: 'inspect', help: 'Versions, platform and settings, for bug reports' },
  {
    name: 'conf',
    kind: 'inspect',
    alias: 'dump_conf',
    arguments: [{ name: 'with_defaults', type: 'flag' }],
    signature: '[with_defaults=false]',
    help: 'Settings, secrets masked',
  },
  {
    name: 'query_task',
    kind: 'inspect',
    variadic: 'ids',
    variadicRequired: true,
    signature: ids,
    help: 'Tasks by id: where the worker has them',
  },
  { name: 'clock', kind: 'inspect', help: 'The logical clock' },
  {
    name: 'hello',
    kind: 'inspect',
    arguments: [{ name: 'from_node', type: 'text', required: true }],
    visible: false,
    help: 'What workers tell each other when one starts',
  },
  { name: 'ping', kind: 'inspect', timeoutMs: 200, help: 'Answers pong' },
  { name: 'stats', kind: 'inspect', help: 'Counts, pool, broker and resources' },
  { name: 'scheduled', kind: 'inspect', alias: 'dump_schedule', help: 'Tasks that wait for their time' },
  { name: 'reserved', kind: 'inspect', alias: 'dump_reserved', help: 'Tasks that wait for a free slot' },
  {
    name: 'active',
    kind: 'inspect',
    alias: 'dump_active',
    arguments: [{ name: 'safe', type: 'flag' }],
    signature: '[safe=false]',
    help: 'Tasks that run',
  },
  { name: 'revoked', kind: 'inspect', alias: 'dump_revoked', help: 'Ids of tasks that will not be run' },
  {
    name: 'registered',
    kind: 'inspect',
    alias: 'dump_tasks',
    variadic: 'taskinfoitems',
    signature: '[option1 [option2 [... [optionN]]]]',
    help: 'Registered tasks, with these options of theirs',
  },
  { name: 'memsample', kind: 'inspect', help: 'Memory in use, remembered for memdump' },
  {
    name: 'memdump',
    kind: 'inspect',
    arguments: [{ name: 'samples', type: 'whole' }],
    signature: '[samples=10]',
    help: 'The last memory samples',
  },
  {
    name: 'objgraph',
    kind: 'inspect',
    arguments: [
      { name: 'type', type: 'text' },
      { name: 'num', type: 'whole' },
      { name: 'max_depth', type: 'whole' },
    ],
    signature: '[object_type=Request] [num=200 [max_depth=10]]',
    timeoutMs: 60_000,
    help: 'Writes a heap snapshot on the worker, for leaks; the worker stands still meanwhile',
  },
  { name: 'active_queues', kind: 'inspect', help: 'Queues that the worker reads' },
  {
    name: 'revoke',
    kind: 'control',
    variadic: 'task_id',
    variadicRequired: true,
    signature: ids,
    help: 'Do not run these tasks',
  },
  {
    name: 'revoke_by_stamped_headers',
    kind: 'control',
    variadic: 'headers',
    variadicRequired: true,
    signature: '[key1=value1 [key2=value2 [... [keyN=valueN]]]]',
    help: 'Do not run tasks with these stamps',
  },
  {
    name: 'terminate',
    kind: 'control',
    arguments: [{ name: 'signal', type: 'text', required: true }],
    variadic: 'task_id',
    variadicRequired: true,
    signature: `<signal> ${ids}`,
    help: 'Do not run these tasks, and end those that run',
  },
  {
    name: 'rate_limit',
    kind: 'control',
    arguments: [task, { name: 'rate_limit', type: 'any', required: true }],
    signature: '<task_name> <rate_limit (5/s | 5/m | 5/h)>',
    help: 'How often tasks of a type may start',
  },
  {
    name: 'time_limit',
    kind: 'control',
    arguments: [task, { name: 'soft', type: 'number' }, { name: 'hard', type: 'number' }],
    signature: '<task_name> <soft_secs> [hard_secs]',
    help: 'How long tasks of a type may run',
  },
  {
    name: 'election',
    kind: 'control',
    arguments: [
      { name: 'id', type: 'text', required: true },
      { name: 'topic', type: 'text', required: true },
    ],
    signature: '<id> <topic> [action]',
    help: 'Let the workers choose one of them to act',
  },
  { name: 'enable_events', kind: 'control', help: 'Send task events' },
  { name: 'disable_events', kind: 'control', help: 'Send no task events' },
  { name: 'heartbeat', kind: 'control', help: 'Send a heartbeat event now' },
  {
    name: 'pool_grow',
    kind: 'control',
    arguments: [{ name: 'n', type: 'whole' }],
    signature: '[N=1]',
    help: 'More slots',
  },
  {
    name: 'pool_shrink',
    kind: 'control',
    arguments: [{ name: 'n', type: 'whole' }],
    signature: '[N=1]',
    help: 'Fewer slots',
  },
  { name: 'pool_restart', kind: 'control', help: 'New processes for the pool (workerPoolRestarts must be on)' },
  {
    name: 'autoscale',
    kind: 'control',
    arguments: [
      { name: 'max', type: 'whole' },
      { name: 'min', type: 'whole' },
    ],
    signature: '[max [min]]',
    help: 'Most and fewest slots',
  },
  {
    name: 'shutdown',
    kind: 'control',
    arguments: [{ name: 'msg', type: 'text' }],
    signature: '',
    help: 'End the worker when its running tasks are done',
  },
  {
    name: 'add_consumer',
    kind: 'control',
    arguments: [
      { name: 'queue', type: 'text', required: true },
      { name: 'exchange', type: 'text' },
      { name: 'exchange_type', type: 'text' },
      { name: 'routing_key', type: 'text' },
    ],
    signature: '<queue> [exchange [type [routing_key]]]',
    help: 'Read this queue too',
  },
  {
    name: 'cancel_consumer',
    kind: 'control',
    arguments: [{ name: 'queue', type: 'text', required: true }],
    signature: '<queue>',
    help: 'Read this queue no more',
  },
];
