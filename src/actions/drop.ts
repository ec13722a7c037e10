/** A file dropped on the page: a scenario or session opens in the lab, anything else is read as a log. */
import { openFile } from './scenarios';
import { openPostMortem } from './screen';

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** Opens one file by what is in it. */
export async function openDropped(file: File): Promise<void> {
  const start = (await file.slice(0, 4096).text()).trimStart();
  if (/\.json$/i.test(file.name) || start.startsWith('{')) {
    await openFile(file.name, await file.text());
    return;
  }
  openPostMortem();
  const { explain } = await import('./postmortem');
  await explain(file);
}

/** Takes files from now on, unless a region of the page takes them itself. */
export function acceptDrops(): void {
  window.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener('drop', (event) => {
    if (event.defaultPrevented || !hasFiles(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void openDropped(file);
  });
}
