/** A file dropped on the page: a scenario or session opens in the lab, anything else is read as a log. */
import { t } from '../i18n';
import { notify } from '../store';
import { openFile } from './scenarios';
import { openPostMortem } from './screen';

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** Tells when a file cannot be read: a folder looks like a file until then. */
async function reading(file: File, read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    notify(t('notice.unreadable', { name: file.name }), true);
  }
}

/** Opens a scenario or session file. */
export const openChosen = (file: File): Promise<void> =>
  reading(file, async () => {
    await openFile(file.name, await file.text());
  });

const OURS = /"format"\s*:\s*"oomlab\//;
const KILLER = /oom-killer|out of memory|oom-kill:|killed process/i;

/** Log stores export JSON too. */
const isLog = (text: string): boolean => !OURS.test(text) && KILLER.test(text);

/** Opens one file by what is in it. */
export const openDropped = (file: File): Promise<void> =>
  reading(file, async () => {
    const start = (await file.slice(0, 4096).text()).trimStart();
    if (/\.json$/i.test(file.name) || start.startsWith('{')) {
      const text = await file.text();
      if (!isLog(text)) {
        await openFile(file.name, text);
        return;
      }
    }
    openPostMortem();
    const { explain } = await import('./postmortem');
    await explain(file);
  });

/** Takes files from now on, unless a region of the page takes them itself. */
export function acceptDrops(): void {
  window.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener('drop', (event) => {
    if (event.defaultPrevented || !hasFiles(event)) return;
    event.preventDefault();
    const [file, ...others] = event.dataTransfer?.files ?? [];
    if (!file) return;
    if (others.length > 0) notify(t('notice.oneFile', { name: file.name }));
    void openDropped(file);
  });
}
