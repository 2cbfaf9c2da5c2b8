/** What a log line is made of; `message` is escaped, and has its fields and stacks after it. */
export interface LineParts {
  readonly asctime: string;
  readonly levelname: string;
  readonly message: string;
  readonly taskName: string | undefined;
  readonly taskId: string | undefined;
}

/** @see celery/app/defaults.py DEFAULT_PROCESS_LOG_FMT, DEFAULT_TASK_LOG_FMT; without the name of the process */
export const LINE_FORMAT = '[%(asctime)s: %(levelname)s] %(message)s';
export const TASK_LINE_FORMAT = '[%(asctime)s: %(levelname)s] %(task_name)s[%(task_id)s]: %(message)s';

/** Writes a line in the form that `workerLogFormat` gives, by Python's names; what is no name of these stays as it is. */
export function formatLine(format: string, parts: LineParts): string {
  return format.replace(/%\((\w+)\)[sd]/g, (whole, name: string) => partOf(name, parts) ?? whole);
}

function partOf(name: string, { asctime, levelname, message, taskName, taskId }: LineParts): string | undefined {
  switch (name) {
    case 'asctime':
      return asctime;
    case 'levelname':
      return levelname;
    case 'message':
      return message;
    case 'name':
      return taskId === undefined ? 'celery' : 'celery.task';
    case 'process':
      return String(process.pid);
    case 'processName':
      return process.send === undefined ? 'MainProcess' : 'PoolWorker';
    case 'task_name':
      return taskName ?? '???';
    case 'task_id':
      return taskId ?? '???';
    default:
      return undefined;
  }
}
