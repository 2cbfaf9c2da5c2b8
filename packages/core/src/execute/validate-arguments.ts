import type { StandardSchemaV1 } from '../task/standard-schema.ts';
import { ArgumentError } from './bind-arguments.ts';

/**
 * The arguments as the task's schema gives them back.
 * @throws {ArgumentError} naming the first argument that does not fit, and why
 */
export async function validateArguments(
  task: string,
  schema: StandardSchemaV1,
  args: readonly unknown[],
): Promise<readonly unknown[]> {
  const checked = await schema['~standard'].validate(args);
  if (checked.issues === undefined) {
    if (Array.isArray(checked.value)) return checked.value as readonly unknown[];
    throw new ArgumentError(task, 'the schema must describe the list of arguments and return one');
  }
  const [issue] = checked.issues;
  const path = (issue?.path ?? []).map((key) => (typeof key === 'object' ? key.key : key));
  throw new ArgumentError(
    task,
    `args${path.map((key) => `[${String(key)}]`).join('')}: ${issue?.message ?? 'refused'}`,
  );
}
