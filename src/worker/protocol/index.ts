/** What passes between the page and the worker that runs the machine. */
export type { Command, Refusal, TimedCommand } from '../../machine/commands';
export { type KillReport, type Landmark, SAMPLE_NS, type Sample, type TimelineEvent } from '../../machine/record';
export * from './allocation';
export * from './cgroups';
export * from './frame';
export * from './futures';
export * from './memory';
export * from './pageMap';
export * from './processes';
export * from './questions';
export * from './requests';
