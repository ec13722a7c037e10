/** mm/rmap.c: from pages to the page table entries that map them. */
export { folioReferenced, referenced } from './referenced';
export { folioMkclean, tryToUnmap } from './unmap';
export { dropAnonVmaPage, folioRemoveRmap, forEachAnonMm, pageVpn, rmapWalk, vmaAt } from './walk';
