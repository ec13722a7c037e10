/** kernel/cgroup: control groups, version 2. */
export {
  CGROUP_ROOT,
  cgroupAttach,
  cgroupFork,
  cgroupLeave,
  cgroupMemcg,
  cgroupMkdir,
  cgroupProcsWrite,
  cgroupRmdir,
  findCgroup,
  rootCgroup,
  rootMemcg,
} from './cgroup';
export {
  cgroupPids,
  listCgroupFiles,
  procCgroup,
  readCgroupFile,
  splitCgroupPath,
  writeCgroupFile,
} from './files';
