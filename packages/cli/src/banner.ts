import { keyValueLines } from './key-value-lines.ts';
import type { QueueView } from './queue-view.ts';

/** What a worker tells about itself when it starts. */
export interface BannerFacts {
  readonly nodeName: string;
  readonly version: string;
  /** `linux x64, Node 24.21.0` */
  readonly platform: string;
  readonly app: string;
  /** Masked. */
  readonly transport: string;
  /** Masked; undefined when results are disabled. */
  readonly results: string | undefined;
  readonly concurrency: number;
  readonly pool: string;
  /** Monitors are told about every task. */
  readonly taskEvents: boolean;
  readonly queues: readonly QueueView[];
  /** Undefined: not shown. */
  readonly tasks: readonly string[] | undefined;
}

/** The lines that a worker prints first, with a line break at the end. */
export function bannerText(facts: BannerFacts, bold: (text: string) => string = (text) => text): string {
  const { nodeName, version, platform, tasks } = facts;
  const sections = [
    `${bold(nodeName)}  celeriac ${version} (${platform})`,
    keyValueLines(
      [
        ['app', facts.app],
        ['transport', facts.transport],
        ['results', facts.results ?? 'disabled'],
        ['concurrency', `${facts.concurrency} (${facts.pool})`],
        ['task events', facts.taskEvents ? 'on' : 'off (-E turns them on)'],
      ],
      2,
    ),
    `${bold('queues')}\n${facts.queues.map((queue) => `  ${queueText(queue)}`).join('\n')}`,
  ];
  if (tasks !== undefined) sections.push([bold('tasks'), ...tasks.map((name) => `  ${name}`)].join('\n'));
  return `\n${sections.join('\n\n')}\n\n`;
}

function queueText({ name, exchange, exchangeType, routingKey }: QueueView): string {
  return `${name}  exchange=${exchange || '(default)'}(${exchangeType}) key=${routingKey}`;
}
