/** /proc/swaps. §14.6. */
import type { Kernel } from '../../include/kernel';
import { kB } from '../../include/units';

/** One line for each swap area; sizes in kB. */
export function swaps(k: Kernel): string {
  let text = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';
  for (const a of k.swap.areas) {
    const size = kB(a.end - a.start - 1);
    const used = kB(a.used);
    const gap = ' '.repeat(a.name.length < 40 ? 40 - a.name.length : 1);
    const type = a.name.startsWith('/dev/') ? 'partition' : 'file\t';
    text += `${a.name}${gap}${type}\t${size}\t${size < 10_000_000 ? '\t' : ''}`;
    text += `${used}\t${used < 10_000_000 ? '\t' : ''}${a.prio}\n`;
  }
  return text;
}
