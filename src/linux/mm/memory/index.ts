/** mm/memory.c: page faults, unmapping, copying of address spaces; split by idea. */
export { copyPageRange } from './copy';
export {
  handleMmFault,
  VM_FAULT_DONE,
  VM_FAULT_OOM,
  VM_FAULT_SIGBUS,
  VM_FAULT_SIGSEGV,
  VM_FAULT_WAIT,
} from './fault';
export { lastFault, touchRandom, touchRange } from './touch';
export { unmapPageRange } from './zap';
