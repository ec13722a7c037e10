/** Reports made up for the tests, in the forms of other years and ways. The numbers fit together; the programs do not exist. */

/** Lines with a prefix each. */
export const prefixed = (text: string, prefix: (i: number) => string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((l, i) => prefix(i) + l)
    .join('\n');

/** 6.12, x86-64, two hogs and swap full. */
export const MODERN = `loader invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), order=0, oom_score_adj=0
CPU: 1 UID: 1000 PID: 711 Comm: loader Not tainted 6.12.9-test #1
Hardware name: Nobody Virtual/Machine, BIOS 1.0 01/01/2024
Call Trace:
 <TASK>
 dump_stack_lvl+0x64/0x80
 dump_header+0x43/0x1d0
 oom_kill_process+0xfa/0x200
 out_of_memory+0x257/0x520
 </TASK>
Mem-Info:
active_anon:100 inactive_anon:200000 isolated_anon:0
 active_file:61 inactive_file:118 isolated_file:0
 unevictable:0 dirty:0 writeback:0
 slab_reclaimable:3120 slab_unreclaimable:9046
 mapped:90 shmem:300 pagetables:1750
 sec_pagetables:0 bounce:0
 kernel_misc_reclaimable:0
 free:2700 free_pcp:31 free_cma:0
Node 0 active_anon:400kB inactive_anon:800000kB active_file:244kB inactive_file:472kB unevictable:0kB isolated(anon):0kB isolated(file):0kB mapped:360kB dirty:0kB writeback:0kB shmem:1200kB shmem_thp:0kB shmem_pmdmapped:0kB anon_thp:0kB writeback_tmp:0kB kernel_stack:1632kB pagetables:7000kB sec_pagetables:0kB all_unreclaimable? no
Node 0 DMA32 free:10800kB boost:0kB min:11000kB low:13750kB high:16500kB reserved_highatomic:0KB active_anon:400kB inactive_anon:800000kB active_file:244kB inactive_file:472kB unevictable:0kB writepending:0kB present:1048576kB managed:1000000kB mlocked:0kB bounce:0kB free_pcp:124kB local_pcp:64kB free_cma:0kB
lowmem_reserve[]: 0 0 0 0 0
Node 0 DMA32: 500*4kB (UME) 400*8kB (UM) 150*16kB (UM) 100*32kB (U) 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 10800kB
Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB
547 total pagecache pages
68 pages in swap cache
Free swap  = 0kB
Total swap = 100000kB
262144 pages RAM
0 pages HighMem/MovableOnly
12144 pages reserved
0 pages cma reserved
0 pages hwpoisoned
Tasks state (memory values in pages):
[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name
[    312]     0   312    16540      251      210       41         0    90112      130          -250 journal
[    655]     0   655     3860      171      160       11         0    69632      190         -1000 guard
[    700]  1000   700    61200    28020    28000       20         0   360448     2000             0 my editor (x)
[    711]  1000   711   122000    80512    80500       12         0   860160     9000             0 loader
[    720]  1000   720   142000    90712    90700       12         0   942080    12000             0 worker-b
oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/user.slice,task=worker-b,pid=720,uid=1000
Out of memory: Killed process 720 (worker-b) total-vm:568000kB, anon-rss:362800kB, file-rss:48kB, shmem-rss:0kB, UID:1000 pgtables:920kB oom_score_adj:0
oom_reaper: reaped process 720 (worker-b), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB
`;

/** 3.0: per-mille scores, the old table, a selected parent whose child dies. 100 000 pages in all. */
export const OLD = `cruncher invoked oom-killer: gfp_mask=0x201da, order=0, oom_adj=0, oom_score_adj=0
cruncher cpuset=/ mems_allowed=0
Pid: 900, comm: cruncher Not tainted 3.0.101-test #1
Call Trace:
 [<ffffffff810cb641>] ? cpuset_print_task_mems_allowed+0x91/0xb0
 [<ffffffff8111ce40>] dump_header+0x90/0x1b0
Mem-Info:
Node 0 DMA32 per-cpu:
CPU    0: hi:  186, btch:  31 usd:   0
active_anon:70000 inactive_anon:9000 isolated_anon:0
 active_file:10 inactive_file:20 isolated_file:0
 unevictable:0 dirty:0 writeback:0 unstable:0
 free:700 slab_reclaimable:2000 slab_unreclaimable:3000
 mapped:100 shmem:50 pagetables:600 bounce:0
Node 0 DMA32 free:2800kB min:2860kB low:3572kB high:4288kB active_anon:280000kB inactive_anon:36000kB present:393216kB mlocked:0kB kernel_stack:800kB all_unreclaimable? yes
lowmem_reserve[]: 0 0 0 0
Node 0 DMA32: 200*4kB 100*8kB 75*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 2800kB
130 total pagecache pages
0 pages in swap cache
Swap cache stats: add 0, delete 0, find 0/0
Free swap  = 0kB
Total swap = 0kB
104000 pages RAM
4000 pages reserved
[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name
[  500]     0   500    10000    50800   0       0             0 rootd
[  900]  1000   900    90000    30100   1       0             0 cruncher
[  901]  1000   901     9000      100   1       0             0 helper
[  902]  1000   902     9000       10   1     -17         -1000 untouchable
Out of memory: Kill process 500 (rootd) score 478 or sacrifice child
Killed process 901 (helper) total-vm:36000kB, anon-rss:400kB, file-rss:0kB
`;

/** 3.10, cgroup v1, wrapped by a mail program, no time stamps. */
export const CGROUP_V1 = `miner invoked oom-killer: gfp_mask=0xd0, order=0,
oom_score_adj=0
miner cpuset=/ mems_allowed=0-1
CPU: 3 PID: 4242 Comm: miner Not tainted 3.10.0-test #1
Call Trace:
[<ffffffff815135a5>] dump_header+0x78/0x21a
[<ffffffff8110600e>] mem_cgroup_oom_synchronize+0x53e/0x560
Task in /jobs/a killed as a result of limit of /jobs
memory: usage 40960kB, limit 40960kB, failcnt 77
memory+swap: usage 40960kB, limit 40960kB, failcnt 12
kmem: usage 0kB, limit 9007199254740991kB, failcnt 0
Memory cgroup stats for /jobs: cache:100KB rss:40000KB
rss_huge:0KB mapped_file:8KB swap:0KB
[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name
[ 4242]  1000  4242     9000     8000      20        0             0 miner
[ 4243]  1000  4243     5000     1000      10        0           100 child process
Memory cgroup out of memory: Kill process 4242 (miner) score 783
or sacrifice child
Killed process 4242 (miner) total-vm:36000kB, anon-rss:31000kB, file-rss:1000kB
`;

/** 6.6, cgroup v2, 64 KiB pages, memory.oom.group. */
export const CGROUP_V2_64K = `render invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
CPU: 0 PID: 50 Comm: render Not tainted 6.6.1 #1
Call Trace:
 dump_header+0x5c/0x1e4
 mem_cgroup_out_of_memory+0x18c/0x1b0
memory: usage 640000kB, limit 640000kB, failcnt 3
swap: usage 0kB, limit 0kB, failcnt 0
Memory cgroup stats for /media:
anon 600000000
file 1310720
kernel_stack 65536
shmem 655360
slab_unreclaimable 131072
Tasks state (memory values in pages):
[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
[     50]  1000    50    12000     5000   131072        0             0 render
[     51]  1000    51     3000     2000    65536        0             0 ui
oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/media,task_memcg=/media/r,task=render,pid=50,uid=1000
Memory cgroup out of memory: Killed process 50 (render) total-vm:768000kB, anon-rss:300000kB, file-rss:20000kB, shmem-rss:0kB, UID:1000 pgtables:128kB oom_score_adj:0
Tasks in /media are going to be killed due to memory.oom.group set
Memory cgroup out of memory: Killed process 51 (ui) total-vm:192000kB, anon-rss:120000kB, file-rss:8000kB, shmem-rss:0kB, UID:1000 pgtables:64kB oom_score_adj:0
`;

/** 4.19, two processes of the same size. */
export const TIE_4_19 = `a invoked oom-killer: gfp_mask=0x6200ca(GFP_HIGHUSER_MOVABLE), nodemask=(null), order=0, oom_score_adj=0
a cpuset=/ mems_allowed=0
CPU: 0 PID: 10 Comm: a Not tainted 4.19.0-16-amd64 #1
Mem-Info:
active_anon:70000 inactive_anon:9000 isolated_anon:0
 free:700 free_pcp:0 free_cma:0
Free swap  = 0kB
Total swap = 0kB
104000 pages RAM
4000 pages reserved
Tasks state (memory values in pages):
[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
[     10]     0    10    40000    20000   409600        0             0 a
[     20]     0    20    40000    20000   409600        0             0 b
Out of memory: Kill process 10 (a) score 201 or sacrifice child
Killed process 10 (a) total-vm:160000kB, anon-rss:80000kB, file-rss:0kB, shmem-rss:0kB
`;
