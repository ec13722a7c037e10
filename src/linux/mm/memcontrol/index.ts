/** mm/memcontrol.c: the memory controller of control groups. §11. */
export { allocAnonPage, allocCharged, chargeNowait } from './alloc';
export {
  abandonCharge,
  chargeBlock,
  chargeSlab,
  chargeStep,
  commitCharge,
  memCgroupMargin,
  memCgroupUncharge,
  memCgroupUnchargeFolios,
  tryChargeNow,
  unchargeSlab,
} from './charge';
export { memCgroupOffline, memCgroupOnline, newMemcg } from './css';
export { memcgMemoryEvent } from './events';
export {
  acceptsMemoryWrite,
  MEMORY_FILES,
  parseLimit,
  readMemoryFile,
  type WriteResult,
  writeMemoryFile,
} from './files';
export { abandonMemcgWork, calculateHighDelay, memcgWorkPending } from './high';
export { memcgIsDescendant, memcgIterPartial, memcgNext, memcgSubtree } from './iter';
export { memcgWorkStep } from './limits';
export { memCgroupGetMax, memCgroupGetOomGroup, memCgroupTasks, printOomMeminfo } from './oom';
export { countMemcgEvents, type MemcgListed, memcgListed, memoryStat, memoryStatValues } from './stat';
export { drainAllStock } from './stock';
export {
  memCgroupGetNrSwapPages,
  memCgroupSwapFull,
  memCgroupTryChargeSwap,
  memCgroupUnchargeSwap,
  swapinMemcg,
} from './swap';
