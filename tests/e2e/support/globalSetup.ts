import type { TestProject } from 'vitest/node';
import { ensureBrowser } from '../../../scripts/lib/browser.mjs';
import { serve } from '../../../scripts/lib/server.mjs';
import { DIST, ensureBuilt } from '../../../scripts/lib/site.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the served page, with a slash at the end. */
    baseUrl: string;
    /** The browser's executable. */
    browserPath: string;
  }
}

/** Builds and serves the page once for all files; every file starts its own browser. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('browserPath', ensureBrowser());
  ensureBuilt();
  const server = await serve(DIST);
  project.provide('baseUrl', server.url);
  return server.close;
}
