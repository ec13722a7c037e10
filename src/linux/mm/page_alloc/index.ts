/** mm/page_alloc.c: the page allocator, split by idea. */
export { clearBlock, freeOnePage, rmqueueBuddy } from './buddy';
export { pcpZone, refillPcp } from './fast_path';
export { freePage, freePages, freeUnrefFolios } from './free';
export { getPageFromFreelist } from './freelist';
export { ALLOC_NULL, ALLOC_WAIT, allocPages, allocPagesNowait } from './page_alloc';
export { decayPcpHigh, drainAllPages, NR_PCP_LISTS, orderToPindex, zonePcpCount } from './pcp';
export { zoneBatchsize, zonePcpUpdate } from './pcp_limits';
export { abandonAlloc, allocSlowpathStep } from './slowpath';
export { gfpPfmemallocFlags, gfpToAllocFlags } from './slowpath_context';
export { shouldReclaimRetry } from './slowpath_retry';
export {
  calculateMinFreeKbytes,
  calculateTotalreservePages,
  defaultMinFreeKbytes,
  effectiveMin,
  nrFreeBufferPages,
  recommendedMinFreeKbytes,
  setRecommendedMinFreeKbytes,
  setupPerZoneLowmemReserve,
  setupPerZoneWmarks,
  totalLowWmark,
  zoneLowmemReserve,
  zoneReserve,
  zoneWatermarkOk,
  zoneWatermarks,
} from './watermarks';
