/** English of the page. `{name}` is a parameter, `{name|one|many}` chooses by number. */
export const en = {
  'app.name': 'oomlab',
} as const satisfies Record<string, string>;
