/** The page cache: adding, removing, reading, writing, mapping. §5.2, §8.4, §8.5. */
export {
  deleteFromPageCache,
  filemapAdd,
  filemapGet,
  filemapInsert,
  filemapRemove,
  invalidateMappingPages,
} from './cache';
export { FAULT_AROUND_PAGES, filemapFault, filemapMapPages } from './fault';
export { filemapAppend, filemapRead, filemapWrite, isHeldPage, putHeldPage } from './io';
