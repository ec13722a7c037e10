/** English of the memory views and the timeline. */
export const enHero = {} as const satisfies Record<string, string>;
