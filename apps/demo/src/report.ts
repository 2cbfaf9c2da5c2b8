import type { Answer, Effort } from './count-folder.ts';

/** The answer as a table; the same text for the same folder, whatever carried the messages. */
export function answerText(answer: Answer): string {
  const width = Math.max(4, ...answer.top.map(({ word }) => word.length));
  const rows = answer.top.map(
    ({ word, count, kind }, index) =>
      `${String(index + 1).padStart(4)}  ${word.padEnd(width)}  ${number(count).padStart(9)}  ${kind}`,
  );
  return [
    `${number(answer.files)} files, ${number(answer.lines)} lines, ${number(answer.words)} words, ${number(answer.bytes)} bytes`,
    `one file was busy and took ${answer.attemptsForBusyFile} attempts`,
    '',
    `   #  ${'word'.padEnd(width)}      count  kind`,
    ...rows,
  ].join('\n');
}

/** How the work went. */
export function effortText(effort: Effort, workers: string): string {
  const perSecond = Math.round(effort.tasks / effort.seconds);
  return `${number(effort.tasks)} tasks in ${effort.seconds.toFixed(2)} s (${number(perSecond)}/s), workers: ${workers}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
