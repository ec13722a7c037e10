/** Handing files over. */
import type { Sample } from '../worker/protocol';

/** Offers a file for download. */
export function download(name: string, content: string | Blob, type = ''): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Samples with a header line; `t` in ns, pages and shares as the model has them. */
export function seriesCsv(samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const columns = (Object.keys(samples[0]) as (keyof Sample)[]).filter((key) => typeof samples[0][key] === 'number');
  const rows = samples.map((sample) => columns.map((column) => String(sample[column])).join(','));
  return `${[columns.join(','), ...rows].join('\n')}\n`;
}
