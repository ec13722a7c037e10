/** mm/vmscan.c: page reclaim, split by idea. */
export { tryToFreePagesStep } from './direct_reclaim';
export { kswapdStep, pgdatBalanced, wakeupKswapd } from './kswapd';
export { getScanCount, inactiveIsLow, lruvecLruSize, prepareScanControl, zoneReclaimablePages } from './scan_balance';
export { newDirectScanControl, newKswapdScanControl, newMemcgScanControl } from './scan_control';
export { removeMapping } from './shrink_folio_list';
export { shrinkNodeStep } from './shrink_node';
export { acctReclaimWriteback, allowDirectReclaim, reclaimThrottle } from './throttle';
