/** mm/huge_memory.c: transparent huge pages, split by idea. §9.5 */
export { shrinkDeferredSplit } from './deferred';
export { doHugePmdAnonymousPage, doHugeWpPage, VM_FAULT_FALLBACK } from './fault';
export { addEntireMapcount, compoundHead, entireMapcount, isDeferred, mappedPages } from './folio';
export { isThpFile, readThp, THP_DEFRAG, THP_ENABLED, THP_FILES, thpAccepts, thpValues, writeThp } from './policy';
export { hugeFrameUnmapped, splitHugePage, splitHugePmd, splitHugePmdAt } from './split';
export { zapHugePmd } from './zap';
