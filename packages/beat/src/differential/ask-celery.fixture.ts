import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('ask-celery.py', import.meta.url));

/** Puts questions to Python's Celery, see `ask-celery.py`. */
export async function askCelery<Answer>(python: string, questions: readonly unknown[]): Promise<readonly Answer[]> {
  const child = spawn(python, ['-I', SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(questions));
  const [answers, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  try {
    return JSON.parse(answers) as Answer[];
  } catch {
    throw new Error(`Celery answered nothing: ${errors}`);
  }
}
