/** Values for the blanks of a template, by name. */
export type Blanks = ReadonlyMap<string, string>;

/**
 * A template with its `{{blanks}}` filled in.
 * @throws {Error} for a blank without a value: the template is wrong then
 */
export function renderTemplate(template: string, blanks: Blanks): string {
  return template.replace(/\{\{([a-z]+)\}\}/g, (_blank, name: string) => {
    const value = blanks.get(name);
    if (value === undefined) throw new Error(`The template has an unknown blank {{${name}}}`);
    return value;
  });
}
