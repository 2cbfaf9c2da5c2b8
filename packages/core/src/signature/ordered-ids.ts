import { uuid } from '@celeriac/protocol';

/**
 * Makes ids that sort as they were made, otherwise random. Members of a group at the end of a chain in a chord's header all
 * report with the position of the chain; stores put those in the order of their ids.
 */
export function orderedIds(): () => string {
  let count = Number.parseInt(uuid().slice(0, 8), 16) >>> 1;
  return () => {
    count += 1;
    return `${count.toString(16).padStart(8, '0')}${uuid().slice(8)}`;
  };
}
